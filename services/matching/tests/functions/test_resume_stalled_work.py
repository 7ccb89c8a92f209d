"""What an outage left unfinished is finished, through the engine."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.engine_testing import TestEngine, served_app
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_matching.functions import WORKFLOWS
from blacklight_matching.functions.resume_stalled_work import resume_stalled_work
from blacklight_matching.stalled.limits import CANDIDATE_PATIENCE
from blacklight_shared.database import Database
from blacklight_shared.models import (
    BatchStatus,
    Candidate,
    CandidateDocument,
    CandidateStatus,
    ExtractionStatus,
    JobImportBatch,
    OutboxEvent,
)
from sqlalchemy import func, select, text

from services.matching.tests.functions.conftest import Worker, worker_app
from services.matching.tests.functions.test_import_jobs import relaying
from services.matching.tests.functions.test_matching import DESCRIPTION, PROFILE
from services.matching.tests.functions.test_parse_resume import uploaded
from services.matching.tests.stalled.test_imports import postings, received
from services.matching.tests.world import HashedEmbeddings, World

FIRST_TIME = {"imports": 1, "imports_failed": 0, "resumes": 1, "candidates": 1}
NOTHING = dict.fromkeys(FIRST_TIME, 0)


async def outage(db: Database, world: World) -> int:
    """An import, a CV and an approval whose runs failed with the database; returns the tenant."""
    tenant_id, role_id = await world.tenant(), await world.role("Data Engineer")
    await received(db, postings("Data Engineer", "Welder", description=DESCRIPTION))
    await world.candidate(tenant_id, roles=[role_id], **PROFILE)
    reading = await world.candidate(tenant_id, status=CandidateStatus.NEW)
    await uploaded(db, tenant_id, reading)
    parameters = {"age": CANDIDATE_PATIENCE + timedelta(minutes=1)}
    async with db.global_session() as session:
        await session.execute(
            text("UPDATE job_import_batches SET updated_at = now() - :age"), parameters
        )
        await session.execute(
            text("UPDATE job_import_chunks SET received_at = now() - :age"), parameters
        )
    async with db.tenant_session(tenant_id) as session:
        await session.execute(text("UPDATE candidates SET updated_at = now() - :age"), parameters)
        await session.execute(
            text("UPDATE candidate_documents SET created_at = now() - :age"), parameters
        )
    return tenant_id


async def is_finished(db: Database, tenant_id: int) -> bool:
    async with db.global_session() as session:
        imported = await session.scalar(select(JobImportBatch.status))
    async with db.tenant_session(tenant_id) as session:
        statuses = set(await session.scalars(select(Candidate.status)))
        read = await session.scalar(select(CandidateDocument.extraction_status))
    return (imported, read, statuses) == (
        BatchStatus.COMPLETED,
        ExtractionStatus.EXTRACTED,
        {CandidateStatus.NEW, CandidateStatus.READY_FOR_ASSIGNMENT},
    )


async def test_everything_goes_on_to_its_end(
    db: Database,
    world: World,
    database: DatabaseUrls,
    engine: TestEngine,
    embeddings: HashedEmbeddings,
    worker_engines: KeptEngines,
) -> None:
    tenant_id = await outage(db, world)
    with served_app(worker_app(engine, database, worker_engines, embeddings, WORKFLOWS)):
        worker = Worker(engine, embeddings)
        run = await asyncio.to_thread(worker.trigger, resume_stalled_work)
        assert (run.status, run.output) == ("Completed", FIRST_TIME)
        async with relaying(db, engine):
            async with asyncio.timeout(60):
                while not await is_finished(db, tenant_id):
                    await asyncio.sleep(0.05)
        assert len(await world.matches(tenant_id)) == 1

        run = await asyncio.to_thread(worker.trigger, resume_stalled_work)
        assert (run.status, run.output) == ("Completed", NOTHING)


async def test_nothing_is_owed_twice_wherever_the_worker_is_killed(
    db: Database, world: World, dying_worker: Worker
) -> None:
    await outage(db, world)

    run = await asyncio.to_thread(dying_worker.trigger, resume_stalled_work)

    assert run.status == "Completed"
    async with db.system_session() as session:
        owed = await session.execute(
            select(OutboxEvent.name, func.count().label("owed"))
            .where(OutboxEvent.sent_at.is_(None))
            .group_by(OutboxEvent.name)
        )
        assert {row.name: row.owed for row in owed} == {
            "jobs/imported": 1,
            "candidate/resume.uploaded": 1,
            "job-match/generate-candidate": 1,
        }
