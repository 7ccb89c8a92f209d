"""Scrapers that went silent, and roles that are wanted again, through the engine."""

from __future__ import annotations

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from blacklight_matching.functions.cleanup_stale_sessions import cleanup_stale_sessions
from blacklight_matching.functions.reset_completed_roles import reset_completed_roles
from blacklight_matching.scraping.sessions import SILENT, time_out
from blacklight_shared.database import Database
from blacklight_shared.models import (
    ApiKey,
    AuditEntry,
    CandidateStatus,
    RoleStatus,
    ScraperSession,
    ScraperSessionStatus,
    ScrapeStatus,
    ScrapeTarget,
)
from blacklight_shared.scraping import HEARTBEAT_TIMEOUT, MAX_ATTEMPTS
from sqlalchemy import select

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.world import World

LONG_AGO = datetime.now(UTC) - HEARTBEAT_TIMEOUT - timedelta(minutes=5)
# Read when the module is imported, which may be most of a test run before it is used.
RECENTLY = datetime.now(UTC) - HEARTBEAT_TIMEOUT + timedelta(minutes=45)


async def target(world: World, role_id: int, **values: Any) -> int:
    async with world.db.global_session() as session:
        made = ScrapeTarget(role_id=role_id, **values)
        session.add(made)
        await session.flush()
        return made.id


async def scraping(
    world: World, role_id: int, tenant_id: int | None, heartbeat_at: datetime, *, attempts: int = 0
) -> tuple[uuid.UUID, int]:
    """A scraper at work; returns the session and its target."""
    target_id = await target(
        world,
        role_id,
        location=uuid.uuid4().hex,
        status=ScrapeStatus.IN_PROGRESS,
        attempts=attempts,
    )
    async with world.session(tenant_id) as session:
        key = ApiKey(
            tenant_id=tenant_id,
            name="scraper",
            public_id=uuid.uuid4().hex[:12],
            secret_hash=b"hash",
            scopes=["scraper"],
        )
        session.add(key)
        await session.flush()
        work = ScraperSession(
            tenant_id=tenant_id,
            api_key_id=key.id,
            scrape_target_id=target_id,
            heartbeat_at=heartbeat_at,
        )
        session.add(work)
        await session.flush()
        return work.id, target_id


async def session_row(world: World, tenant_id: int | None, session_id: uuid.UUID) -> ScraperSession:
    async with world.session(tenant_id) as session:
        return await session.get_one(ScraperSession, session_id)


async def target_rows(db: Database) -> dict[int, tuple[str, int, int]]:
    """Status, attempts and priority by target."""
    async with db.global_session() as session:
        rows = await session.scalars(select(ScrapeTarget))
        return {row.id: (row.status, row.attempts, row.priority) for row in rows}


class TestCleanupStaleSessions:
    async def test_times_out_the_silent_ones_of_everyone(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        role, tenant = await world.role("Welder"), await world.tenant()
        silent, of_silent = await scraping(world, role, tenant, LONG_AGO)
        alive, of_alive = await scraping(world, role, tenant, RECENTLY)
        of_platform, third = await scraping(world, role, None, LONG_AGO, attempts=MAX_ATTEMPTS - 1)

        run = await asyncio.to_thread(worker.trigger, cleanup_stale_sessions)

        assert (run.status, run.output) == ("Completed", {"timed_out": 2})
        ended = await session_row(world, tenant, silent)
        assert (ended.status, ended.error) == (ScraperSessionStatus.TIMED_OUT, SILENT)
        assert ended.finished_at is not None
        assert (await session_row(world, tenant, alive)).status == ScraperSessionStatus.IN_PROGRESS
        assert (
            await session_row(world, None, of_platform)
        ).status == ScraperSessionStatus.TIMED_OUT
        assert await target_rows(db) == {
            of_silent: (ScrapeStatus.PENDING, 1, 0),
            of_alive: (ScrapeStatus.IN_PROGRESS, 0, 0),
            third: (ScrapeStatus.FAILED, MAX_ATTEMPTS, 0),
        }
        async with db.tenant_session(tenant) as session:
            entry = (await session.scalars(select(AuditEntry))).one()
        assert (entry.action, entry.entity_id) == ("scraper_session.timed_out", str(silent))

        again = await asyncio.to_thread(worker.trigger, cleanup_stale_sessions)
        assert again.output == {"timed_out": 0}

    async def test_chunk_by_chunk(
        self, world: World, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = import_module("blacklight_matching.functions.cleanup_stale_sessions")
        monkeypatch.setattr(module, "SESSIONS_PER_CHUNK", 2)
        role = await world.role("Welder")
        for _ in range(4):
            await scraping(world, role, None, LONG_AGO)

        run = await asyncio.to_thread(worker.trigger, cleanup_stale_sessions)
        assert run.output == {"timed_out": 4}

    async def test_a_heartbeat_that_came_first_counts(self, db: Database, world: World) -> None:
        session_id, target_id = await scraping(
            world, await world.role("Welder"), None, datetime.now(UTC)
        )
        async with db.global_session() as session:
            ended = await time_out(
                session, [str(session_id)], datetime.now(UTC), workflow_id="cleanup-stale-sessions"
            )
        assert ended == 0
        assert await target_rows(db) == {target_id: (ScrapeStatus.IN_PROGRESS, 0, 0)}

    async def test_counts_an_attempt_once_wherever_the_worker_is_killed(
        self, db: Database, world: World, dying_worker: Worker
    ) -> None:
        _, target_id = await scraping(world, await world.role("Welder"), None, LONG_AGO)

        run = await asyncio.to_thread(dying_worker.trigger, cleanup_stale_sessions)

        assert (run.status, run.output) == ("Completed", {"timed_out": 1})
        assert await target_rows(db) == {target_id: (ScrapeStatus.PENDING, 1, 0)}


class TestResetCompletedRoles:
    async def test_queues_what_candidates_wait_for_by_their_number(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        tenants = [await world.tenant(), await world.tenant()]
        welder = await world.role("Welder")
        other_name = await world.role("Metal Joiner", status=RoleStatus.MERGED, merged_into=welder)
        cook, baker, clown = [await world.role(name) for name in ("Cook", "Baker", "Clown")]
        rejected = await world.role("Ninja", status=RoleStatus.REJECTED)
        old = datetime.now(UTC) - timedelta(hours=25)
        done = {"status": ScrapeStatus.COMPLETED, "last_scraped_at": old}
        wanted = await target(world, welder, **done, attempts=2)
        wanted_elsewhere = await target(world, welder, **done, location="Leeds")
        never_scraped = await target(world, cook, status=ScrapeStatus.COMPLETED, priority=9)
        fresh = await target(
            world, cook, **{**done, "last_scraped_at": datetime.now(UTC)}, location="York"
        )
        unwanted = await target(world, baker, **done)
        of_rejected = await target(world, rejected, **done)
        failed = await target(world, clown, status=ScrapeStatus.FAILED, last_scraped_at=old)
        for tenant, roles, status in (
            (tenants[0], [welder, other_name, cook], CandidateStatus.APPROVED),
            (tenants[1], [other_name], CandidateStatus.READY_FOR_ASSIGNMENT),
            (tenants[1], [baker, cook], CandidateStatus.REJECTED),
            (tenants[1], [rejected, clown], CandidateStatus.APPROVED),
        ):
            await world.candidate(tenant, roles=roles, status=status)
        await world.candidate(tenants[0], roles=[baker], deleted_at=old)

        run = await asyncio.to_thread(worker.trigger, reset_completed_roles)

        assert (run.status, run.output) == ("Completed", {"targets": 3})
        rows = await target_rows(db)
        assert rows[wanted] == rows[wanted_elsewhere] == (ScrapeStatus.PENDING, 0, 2)
        assert rows[never_scraped] == (ScrapeStatus.PENDING, 0, 1)
        assert {rows[one][0] for one in (fresh, unwanted, of_rejected)} == {ScrapeStatus.COMPLETED}
        assert rows[failed][0] == ScrapeStatus.FAILED

    async def test_page_by_page(
        self, world: World, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        module = import_module("blacklight_matching.functions.reset_completed_roles")
        monkeypatch.setattr(module, "TARGETS_PER_CHUNK", 2)
        role, unwanted = await world.role("Welder"), await world.role("Cook")
        await world.candidate(await world.tenant(), roles=[role])
        for number, of in enumerate([unwanted, unwanted, role, role]):
            await target(world, of, status=ScrapeStatus.COMPLETED, location=f"place {number}")

        run = await asyncio.to_thread(worker.trigger, reset_completed_roles)
        assert run.output == {"targets": 2}

    async def test_ends_the_same_wherever_the_worker_is_killed(
        self, db: Database, world: World, dying_worker: Worker
    ) -> None:
        role = await world.role("Welder")
        await world.candidate(await world.tenant(), roles=[role])
        target_id = await target(world, role, status=ScrapeStatus.COMPLETED)

        run = await asyncio.to_thread(dying_worker.trigger, reset_completed_roles)

        assert (run.status, run.output) == ("Completed", {"targets": 1})
        assert await target_rows(db) == {target_id: (ScrapeStatus.PENDING, 0, 1)}
