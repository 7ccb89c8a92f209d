"""Everything that is matched gets an embedding, whatever goes wrong on the way."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from typing import Any

import pytest
from blacklight_devstack.engine_testing import wait_until
from blacklight_matching.app import APP_ID
from blacklight_matching.embeddings.base import TextKind, Vectors
from blacklight_matching.functions.backfill_embeddings import (
    MAX_FAILED_BATCHES,
    Ending,
    backfill_embeddings,
)
from blacklight_shared.database import Database
from blacklight_shared.events import BackfillEmbeddings, EmbeddedEntity
from blacklight_shared.models import CandidateStatus, JobStatus
from blacklight_shared.workflows import ApiError
from sqlalchemy import text

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.world import HashedEmbeddings, World

JOBS = BackfillEmbeddings(entity_type=EmbeddedEntity.JOBS, batch_size=2)
CANDIDATES = BackfillEmbeddings(entity_type=EmbeddedEntity.CANDIDATES, batch_size=2)


class FaultyEmbeddings(HashedEmbeddings):
    """Refuses texts that name poison, and everything while it is down."""

    def __init__(self) -> None:
        super().__init__()
        self.faults_left = 0
        self.is_down = False

    async def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        if self.is_down or self.faults_left > 0:
            self.faults_left -= 1
            raise ApiError("embeddings", "embed", 503)
        if any("Poison" in one for one in texts):
            raise ApiError("embeddings", "embed", 400)
        return await super().embed(texts, kind=kind)


@pytest.fixture
def embeddings() -> FaultyEmbeddings:
    return FaultyEmbeddings()


async def filled(worker: Worker, event: BackfillEmbeddings) -> list[dict[str, Any]]:
    """Results of a backfill's runs, the first one first."""
    seen = {old["internal_id"] for old in worker.engine.events(event.name)}
    await asyncio.to_thread(worker.run, backfill_embeddings, event)

    def ended() -> list[dict[str, Any]] | None:
        started = [e for e in worker.engine.events(event.name) if e["internal_id"] not in seen]
        results = [
            run.output
            for e in reversed(started)
            for run in worker.engine.runs(e["internal_id"], f"{APP_ID}-{event_workflow}")
        ]
        is_over = len(results) == len(started) and results[-1] is not None
        return results if is_over and results[-1]["ending"] != Ending.CONTINUED else None

    event_workflow = backfill_embeddings.id
    return await asyncio.to_thread(wait_until, ended, "the last run of the backfill")


async def embedded_jobs(db: Database) -> list[int]:
    query = "SELECT job_posting_id FROM job_embeddings WHERE model = :model ORDER BY 1"
    async with db.system_session() as session:
        return list(await session.scalars(text(query), {"model": HashedEmbeddings.model}))


class TestJobs:
    async def test_goes_on_until_nothing_is_missing_or_stale(
        self, db: Database, world: World, worker: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The package has the workflow under the module's name.
        module = importlib.import_module(backfill_embeddings.handler.__module__)
        monkeypatch.setattr(module, "BATCHES_PER_RUN", 2)
        tenant_id = await world.tenant()
        jobs = [await world.posting(f"Welder {number}", description="MIG.") for number in range(5)]
        own = await world.posting("Nurse", source_tenant_id=tenant_id)
        await world.posting("Closed", status=JobStatus.CLOSED)

        first, second = await filled(worker, JOBS)

        assert (first["embedded"], first["ending"]) == (4, "continued")
        assert second | {"entity_type": None} == {
            "entity_type": None,
            "round_number": 1,
            "looked_at": 6,
            "embedded": 6,
            "failed": 0,
            "ending": "complete",
        }
        assert await embedded_jobs(db) == [*jobs, own]
        wanted = [
            (event["data"]["tenant_id"], event["data"]["job_ids"])
            for event in worker.engine.events("jobs/imported")
            if event["data"]["source"] == "backfill"
        ]
        assert sorted(wanted, key=str) == sorted(
            [(None, jobs[:2]), (None, jobs[2:4]), (None, jobs[4:]), (tenant_id, [own])], key=str
        )

        async with db.global_session() as session:
            await session.execute(
                text("UPDATE job_embeddings SET model = 'older' WHERE job_posting_id = :id"),
                {"id": jobs[0]},
            )
            await session.execute(
                text("UPDATE job_postings SET description = 'TIG.' WHERE id = :id"),
                {"id": jobs[4]},
            )
        again = await filled(worker, JOBS)
        assert (sum(run["ending"] == "complete" for run in again), again[-1]["embedded"]) == (1, 2)
        assert await embedded_jobs(db) == [*jobs, own]

    async def test_text_that_the_model_refuses_stops_no_other(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        titles = ("Welder", "Poison Taster", "Nurse", "Cook", "Poison Mixer")
        jobs = [await world.posting(title) for title in titles]

        first, second = await filled(worker, JOBS)

        assert (first["embedded"], first["failed"], first["ending"]) == (3, 2, "continued")
        assert (second["embedded"], second["failed"], second["ending"]) == (0, 2, "incomplete")
        assert second["round_number"] == 2
        assert await embedded_jobs(db) == [jobs[0], jobs[2], jobs[3]]

    async def test_temporary_failure_is_tried_again_in_the_next_round(
        self, db: Database, world: World, worker: Worker, embeddings: FaultyEmbeddings
    ) -> None:
        jobs = [await world.posting(f"Welder {number}") for number in range(4)]
        embeddings.faults_left = 2

        first, second = await filled(worker, JOBS)

        assert (first["embedded"], first["failed"], first["ending"]) == (2, 2, "continued")
        assert (second["embedded"], second["failed"], second["ending"]) == (2, 0, "complete")
        assert await embedded_jobs(db) == jobs

    async def test_gives_up_while_the_model_cannot_be_used(
        self, world: World, worker: Worker, embeddings: FaultyEmbeddings
    ) -> None:
        embeddings.is_down = True
        for number in range(2 * MAX_FAILED_BATCHES + 3):
            await world.posting(f"Welder {number}")

        (only,) = await filled(worker, JOBS)

        assert (only["embedded"], only["failed"]) == (0, 2 * MAX_FAILED_BATCHES)
        assert only["ending"] == "incomplete"


class TestCandidates:
    async def test_those_who_are_matched_of_every_tenant(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        tenants = [await world.tenant(), await world.tenant()]
        people = [
            await world.candidate(tenant_id, titles=["Welder"], skills=["Welding"])
            for tenant_id in tenants * 2
        ]
        await world.candidate(tenants[0], status=CandidateStatus.NEW, titles=["Nurse"])
        await world.candidate(tenants[0])  # an empty profile has no text

        results = await filled(worker, CANDIDATES)

        assert (results[-1]["looked_at"], results[-1]["embedded"]) == (5, 4)
        found = [await candidates_of(db, tenant_id) for tenant_id in tenants]
        assert found == [people[::2], people[1::2]]
        asked = {
            event["data"]["candidate_id"]
            for event in worker.engine.events("job-match/refresh-candidate")
        }
        assert asked >= set(people)


async def candidates_of(db: Database, tenant_id: int) -> list[int]:
    async with db.tenant_session(tenant_id) as session:
        return list(
            await session.scalars(text("SELECT candidate_id FROM candidate_embeddings ORDER BY 1"))
        )
