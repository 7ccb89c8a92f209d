"""The harness finds a workflow that does not survive its worker, and only that."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import inngest
import pytest
from blacklight_devstack.boundaries import (
    DIES_EVERYWHERE,
    SPARED,
    Deaths,
    Fate,
    Moment,
    Play,
    check_every_boundary,
)
from blacklight_devstack.engine_testing import TestEngine, running_engine, served_app
from blacklight_devstack.worker_testing import worker_settings
from blacklight_shared.database import Database
from blacklight_shared.events import RefreshCandidateMatches
from blacklight_shared.settings import Settings
from blacklight_shared.workflows import Workflow, create_worker_app, parallel_all, workflow
from fastapi import FastAPI

APP_ID = "mortal"


@dataclass
class Ledger:
    """Stands for the database: what outlives a worker."""

    entries: set[str] = field(default_factory=set)
    additions: Counter[str] = field(default_factory=Counter)
    opened: int = 0


@dataclass(frozen=True)
class LedgerDeps:
    database: Database
    ledger: Ledger


async def enter(deps: LedgerDeps, entry: str) -> None:
    deps.ledger.entries.add(entry)


async def add(deps: LedgerDeps, entry: str) -> None:
    deps.ledger.additions[entry] += 1


@workflow(id="enters", trigger=RefreshCandidateMatches)
async def enters(ctx: inngest.Context, event: RefreshCandidateMatches, deps: LedgerDeps) -> None:
    for step in ("first", "second"):
        await ctx.step.run(step, enter, deps, step)


@workflow(id="enters-side-by-side", trigger=RefreshCandidateMatches)
async def enters_side_by_side(
    ctx: inngest.Context, event: RefreshCandidateMatches, deps: LedgerDeps
) -> None:
    steps = [partial(ctx.step.run, name, partial(enter, deps, name)) for name in "abc"]
    await parallel_all(ctx, steps)
    await ctx.step.run("last", enter, deps, "last")


@workflow(id="adds", trigger=RefreshCandidateMatches)
async def adds(ctx: inngest.Context, event: RefreshCandidateMatches, deps: LedgerDeps) -> None:
    await ctx.step.run("first", enter, deps, "first")
    await ctx.step.run("second", add, deps, "second")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestEngine]:
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


class TestCheckEveryBoundary:
    async def test_workflow_that_survives(self, engine: TestEngine) -> None:
        ledgers: list[Ledger] = []

        boundaries = await check_every_boundary(play_of(engine, enters, ledgers), at_least=3)

        undisturbed, disturbed = ledgers
        assert undisturbed.opened == 1
        # Every life has dependencies of its own, and each boundary costs two lives.
        assert disturbed.opened == 1 + len(Moment) * boundaries

    async def test_steps_side_by_side(self, engine: TestEngine) -> None:
        ledgers: list[Ledger] = []
        await check_every_boundary(play_of(engine, enters_side_by_side, ledgers), at_least=6)
        assert ledgers[-1].entries == {*"abc", "last"}

    async def test_workflow_that_does_a_thing_twice(self, engine: TestEngine) -> None:
        with pytest.raises(AssertionError, match=r"killed everywhere.*\n.*'second': 2"):
            await check_every_boundary(play_of(engine, adds, []))

    async def test_one_by_one(self, engine: TestEngine) -> None:
        ledgers: list[Ledger] = []
        play = play_of(engine, enters, ledgers)
        boundaries = await check_every_boundary(play, at_least=3, one_by_one=True)
        assert [ledger.opened for ledger in ledgers[2:]] == [2] * len(Moment) * boundaries + [1]

    async def test_one_by_one_names_the_boundary(self, engine: TestEngine) -> None:
        play = play_of(engine, adds, [])

        async def play_unless_everywhere(deaths: Deaths) -> object:
            if deaths.fate != DIES_EVERYWHERE:
                return await play(deaths)
            deaths.count = 100
            return await play(Deaths(SPARED))

        with pytest.raises(AssertionError, match="killed in call 2, before the answer"):
            await check_every_boundary(play_unless_everywhere, one_by_one=True)

    async def test_story_without_boundaries(self) -> None:
        async def play(_deaths: Deaths) -> object:
            return None

        with pytest.raises(AssertionError, match="made 0 calls"):
            await check_every_boundary(play)


def test_a_repeated_call_is_the_same_boundary() -> None:
    deaths = Deaths(Fate(2, (Moment.BEFORE_THE_ANSWER,)))
    assert [deaths.next_moment(body) for body in (b"1", b"1", b"2", b"2", b"3")] == [
        *(None, None),
        *(Moment.BEFORE_THE_ANSWER, None),
        None,
    ]
    assert deaths.boundaries == 3


def play_of(
    engine: TestEngine,
    subject: Workflow[RefreshCandidateMatches, LedgerDeps, None],
    ledgers: list[Ledger],
) -> Play:
    """Plays a workflow on a new ledger each time."""

    async def play(deaths: Deaths) -> object:
        ledger = Ledger()
        ledgers.append(ledger)
        with served_app(deaths.of(worker_app(engine, subject, ledger))):
            event = RefreshCandidateMatches(candidate_id=1, tenant_id=1)
            [event_id] = engine.send(event)
            run = await asyncio.to_thread(
                engine.wait_for_run, event_id, f"{APP_ID}-{subject.id}", timeout=30
            )
        return run.status, sorted(ledger.entries), dict(ledger.additions)

    return play


def worker_app(
    engine: TestEngine,
    subject: Workflow[RefreshCandidateMatches, LedgerDeps, None],
    ledger: Ledger,
) -> FastAPI:
    settings = worker_settings(engine)

    @asynccontextmanager
    async def open_deps(settings: Settings) -> AsyncIterator[LedgerDeps]:
        ledger.opened += 1
        database = Database.from_settings(settings)
        yield LedgerDeps(database, ledger)
        await database.close()

    return create_worker_app(
        app_id=APP_ID, settings=settings, workflows=[subject], open_deps=open_deps
    )
