"""Steps on the data of one tenant, and parts that complete a group; on the engine and Postgres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import inngest
import psycopg
import pytest
from blacklight_devstack.engine_testing import TestEngine
from blacklight_devstack.postgres_roles import DatabaseUrls, connect
from blacklight_devstack.worker_testing import (
    RecordingDeps,
    WorkerUnderTest,
    running_worker,
    worker_settings,
)
from blacklight_shared.events import GenerateCandidateMatches, JobsImported
from blacklight_shared.models import Candidate, JobImportBatch, JobImportChunk
from blacklight_shared.workflows import (
    NonRetriableError,
    Workflow,
    completes_group,
    tenant_step,
    workflow,
)
from pydantic import SecretStr
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

TENANT, OTHER_TENANT = 1, 2


async def visible_tenants(session: AsyncSession) -> list[int]:
    found = await session.scalars(select(Candidate.tenant_id).distinct())
    return sorted(found)


async def rename_all(session: AsyncSession, name: str, *, fail: bool) -> None:
    await session.execute(update(Candidate).values(first_name=name))
    if fail:
        raise NonRetriableError("changed my mind")


@workflow(id="looks-around", trigger=GenerateCandidateMatches)
async def looks_around(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> list[int]:
    return await tenant_step(ctx, "look", deps.database, event.tenant_id, visible_tenants)


@workflow(id="renames", trigger=GenerateCandidateMatches)
async def renames(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> None:
    fail = event.candidate_id == 13
    await tenant_step(
        ctx,
        "rename",
        deps.database,
        event.tenant_id,
        rename_all,
        f"By {event.candidate_id}",
        fail=fail,
    )


@workflow(id="matches-chunk", trigger=JobsImported)
async def matches_chunk(ctx: inngest.Context, event: JobsImported, deps: RecordingDeps) -> bool:
    async def complete(session: AsyncSession, batch_id: int, chunk_number: int) -> bool:
        parts = JobImportChunk.batch_id == batch_id
        return await completes_group(
            session,
            group=select(JobImportBatch.id).where(JobImportBatch.id == batch_id),
            mark=update(JobImportChunk)
            .where(
                parts,
                JobImportChunk.chunk_number == chunk_number,
                JobImportChunk.completed_at.is_(None),
            )
            .values(completed_at=func.now()),
            open_parts=select(func.count()).where(parts, JobImportChunk.completed_at.is_(None)),
        )

    assert event.batch_id is not None
    assert event.chunk_number is not None
    return await tenant_step(
        ctx, "complete", deps.database, TENANT, complete, event.batch_id, event.chunk_number
    )


@workflow(id="gives-up", trigger=GenerateCandidateMatches, retries=0)
async def gives_up(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> str:
    try:
        await tenant_step(ctx, "look", deps.database, event.tenant_id, visible_tenants)
    except inngest.StepError as error:
        return f"{error.name}: {error.message}"
    return "not reached"


WORKFLOWS: list[Workflow[Any, RecordingDeps, Any]] = [looks_around, renames, matches_chunk]


@pytest.fixture(scope="module")
def owner(module_database: DatabaseUrls) -> Iterator[psycopg.Connection]:
    """Sees every tenant."""
    with connect(module_database.owner) as connection:
        for tenant_id in (TENANT, OTHER_TENANT):
            connection.execute(
                "INSERT INTO tenants (id, slug, name) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s)",
                [tenant_id, f"firm-{tenant_id}", f"Firm {tenant_id}"],
            )
            connection.execute("INSERT INTO candidates (tenant_id) VALUES (%s)", [tenant_id])
        yield connection


@pytest.fixture(scope="module")
def worker(
    engine: TestEngine, module_database: DatabaseUrls, owner: psycopg.Connection
) -> Iterator[WorkerUnderTest]:
    settings = worker_settings(
        engine,
        database_url=SecretStr(module_database.app),
        system_database_url=SecretStr(module_database.system),
    )
    with running_worker(engine, WORKFLOWS, settings) as worker:
        yield worker


def of(candidate_id: int, *, tenant_id: int = TENANT) -> GenerateCandidateMatches:
    return GenerateCandidateMatches(candidate_id=candidate_id, tenant_id=tenant_id)


def names(owner: psycopg.Connection) -> dict[int, str]:
    found = owner.execute("SELECT tenant_id, first_name FROM candidates").fetchall()
    return dict(found)


class TestTenantStep:
    @pytest.mark.parametrize(
        ("tenant_id", "seen"), [(TENANT, [TENANT]), (OTHER_TENANT, [OTHER_TENANT]), (99, [])]
    )
    def test_sees_its_tenant_only(
        self, worker: WorkerUnderTest, tenant_id: int, seen: list[int]
    ) -> None:
        assert worker.run(looks_around, of(1, tenant_id=tenant_id)).output == seen

    def test_commits_when_it_returns_and_rolls_back_when_it_raises(
        self, worker: WorkerUnderTest, owner: psycopg.Connection
    ) -> None:
        assert worker.run(renames, of(7)).status == "Completed"
        assert names(owner) == {TENANT: "By 7", OTHER_TENANT: ""}

        assert worker.run(renames, of(13)).status == "Failed"
        assert names(owner) == {TENANT: "By 7", OTHER_TENANT: ""}

    def test_a_database_that_is_away_is_a_temporary_fault(self, engine: TestEngine) -> None:
        settings = worker_settings(engine)
        with running_worker(engine, [gives_up], settings, app_id="without-database") as worker:
            run = worker.run(gives_up, of(1))

        assert (
            run.output == "RetriableError: visible_tenants: the database failed: OperationalError"
        )


class TestCompletesGroup:
    def test_exactly_one_part_is_the_last(
        self, worker: WorkerUnderTest, owner: psycopg.Connection
    ) -> None:
        parts = 12
        batch_id = self.create_batch(owner, parts)

        events = [
            worker.start(matches_chunk, self.chunk(batch_id, number)) for number in range(parts)
        ]

        outputs = [worker.engine.wait_for_run(event).output for event in events]
        assert sorted(outputs) == [False] * (parts - 1) + [True]

    def test_a_repeated_part_completes_nothing_again(
        self, worker: WorkerUnderTest, owner: psycopg.Connection
    ) -> None:
        batch_id = self.create_batch(owner, 1)

        first = worker.run(matches_chunk, self.chunk(batch_id, 0))
        again = worker.run(matches_chunk, self.chunk(batch_id, 0))

        assert (first.output, again.output) == (True, False)

    def create_batch(self, owner: psycopg.Connection, parts: int) -> int:
        row = owner.execute(
            "INSERT INTO job_import_batches (tenant_id, batch_key, source)"
            " VALUES (%s, gen_random_uuid(), 'test') RETURNING id",
            [TENANT],
        ).fetchone()
        assert row is not None
        for number in range(parts):
            owner.execute(
                "INSERT INTO job_import_chunks (batch_id, chunk_number, tenant_id)"
                " VALUES (%s, %s, %s)",
                [row[0], number, TENANT],
            )
        return int(row[0])

    def chunk(self, batch_id: int, number: int) -> JobsImported:
        return JobsImported(
            job_ids=[1], source="test", tenant_id=TENANT, batch_id=batch_id, chunk_number=number
        )
