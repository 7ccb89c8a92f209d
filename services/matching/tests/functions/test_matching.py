"""Postings and candidates meet, whoever comes first, through the engine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from blacklight_matching.functions.forget_deleted_candidate import forget_deleted_candidate
from blacklight_matching.functions.generate_candidate_matches import generate_candidate_matches
from blacklight_matching.functions.match_jobs_to_candidates import match_jobs_to_candidates
from blacklight_matching.functions.refresh_candidate_matches import refresh_candidate_matches
from blacklight_matching.functions.update_job_embedding import update_job_embedding
from blacklight_shared.database import Database
from blacklight_shared.events import (
    CandidateDeleted,
    GenerateCandidateMatches,
    JobPostingUpdated,
    JobsImported,
    MatchTrigger,
    RefreshCandidateMatches,
)
from blacklight_shared.models import (
    AuditEntry,
    BatchStatus,
    Candidate,
    CandidateFeatures,
    CandidateStatus,
    GlobalRole,
    JobImportBatch,
    JobImportChunk,
    JobPosting,
    JobStatus,
    MatchStatus,
    OutboxEvent,
    RoleStatus,
)
from blacklight_shared.roles import seed_roles
from sqlalchemy import select, update

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.world import World

DESCRIPTION = "Requirements: Python, SQL and Docker. 3+ years of experience. Salary $90,000 a year."
PROFILE: dict[str, Any] = {
    "skills": ["Python", "PostgreSQL", "SQL", "Docker"],
    "years_experience": 6,
    "location": "Boston, MA",
    "titles": ["Data Engineer"],
}


async def imported(world: World, *titles: str, source_tenant_id: int | None = None) -> list[int]:
    return [
        await world.posting(
            title, description=DESCRIPTION, location="Boston, MA", source_tenant_id=source_tenant_id
        )
        for title in titles
    ]


async def chunk_of(db: Database, job_ids: list[int], tenant_id: int | None = None) -> JobsImported:
    async with World(db).session(tenant_id) as session:
        batch = JobImportBatch(
            tenant_id=tenant_id, batch_key="key", source="test", status=BatchStatus.MATCHING
        )
        session.add(batch)
        await session.flush()
        session.add(JobImportChunk(batch_id=batch.id, chunk_number=1, tenant_id=tenant_id))
        return JobsImported(
            job_ids=job_ids, batch_id=batch.id, chunk_number=1, source="test", tenant_id=tenant_id
        )


async def seeded(db: Database) -> dict[str, int]:
    async with db.global_session() as session:
        await seed_roles(session)
        rows = await session.execute(select(GlobalRole.name, GlobalRole.id))
        return {row.name: row.id for row in rows}


class TestMatchJobsToCandidates:
    async def test_matches_a_chunk_and_completes_the_batch(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        roles = await seeded(db)
        mine, other = await world.tenant(), await world.tenant()
        person = await world.candidate(mine, roles=[roles["Data Engineer"]], **PROFILE)
        await world.candidate(other, roles=[roles["Welder"]], **PROFILE)
        run = await asyncio.to_thread(
            worker.run,
            generate_candidate_matches,
            GenerateCandidateMatches(candidate_id=person, tenant_id=mine),
        )
        assert run.output["candidate"]["matches"] == 0

        jobs = await imported(
            world, "Sr. Data Engineer - Remote", "Big Data Engineer II", "Quokka Wrangler"
        )
        event = await chunk_of(db, jobs)
        run = await asyncio.to_thread(worker.run, match_jobs_to_candidates, event)

        assert run.status == "Completed", run.output
        postings = run.output["postings"]
        assert postings["roles"] == {"assigned": 3, "learned": 0, "created": 1}
        assert (postings["features"], postings["embedded"]) == (3, 3)
        assert (postings["tenants"], postings["matches"], postings["written"]) == (1, 2, 2)
        assert set(await world.matches(mine)) == {(person, jobs[0]), (person, jobs[1])}
        async with db.global_session() as session:
            batch = (await session.scalars(select(JobImportBatch))).one()
            assert batch.status == BatchStatus.COMPLETED
            pending = await session.scalar(
                select(GlobalRole).where(GlobalRole.status == RoleStatus.PENDING_REVIEW)
            )
            assert pending is not None
            assert pending.name == "Quokka Wrangler"
        (progress,) = worker.engine.events("jobs/import.progress")
        assert progress["data"]["percent"] == 100

        again = await asyncio.to_thread(worker.run, match_jobs_to_candidates, event)
        postings = again.output["postings"]
        assert postings["roles"] == {"assigned": 0, "learned": 0, "created": 0}
        assert (postings["features"], postings["embedded"], postings["written"]) == (0, 0, 0)
        assert postings["matches"] == 2

    async def test_postings_that_concern_nobody(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        await seeded(db)
        jobs = await imported(world, "Data Engineer")

        run = await asyncio.to_thread(
            worker.run, match_jobs_to_candidates, JobsImported(job_ids=jobs, source="test")
        )

        assert run.status == "Completed", run.output
        assert (run.output["postings"]["tenants"], run.output["postings"]["matches"]) == (0, 0)

    async def test_changed_postings_alone_are_embedded_and_scored_again(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        roles, tenant_id = await seeded(db), await world.tenant()
        person = await world.candidate(tenant_id, roles=[roles["Data Engineer"]], **PROFILE)
        await asyncio.to_thread(
            worker.run,
            generate_candidate_matches,
            GenerateCandidateMatches(candidate_id=person, tenant_id=tenant_id),
        )
        jobs = await imported(world, *["Data Engineer"] * 8)
        event = JobsImported(job_ids=jobs, source="test")
        await asyncio.to_thread(worker.run, match_jobs_to_candidates, event)
        async with db.global_session() as session:
            await session.execute(
                update(JobPosting)
                .where(JobPosting.id.in_(jobs[:3]))
                .values(description=DESCRIPTION.replace("3+", "9+"))
            )

        run = await asyncio.to_thread(worker.run, match_jobs_to_candidates, event)

        postings = run.output["postings"]
        assert (postings["features"], postings["embedded"], postings["written"]) == (3, 3, 3)

    async def test_postings_of_a_tenant_stay_there(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        roles = await seeded(db)
        mine, theirs = await world.tenant(), await world.tenant()
        people = {
            tenant_id: await world.candidate(tenant_id, roles=[roles["Data Engineer"]], **PROFILE)
            for tenant_id in (mine, theirs)
        }
        for tenant_id, person in people.items():
            await asyncio.to_thread(
                worker.run,
                generate_candidate_matches,
                GenerateCandidateMatches(candidate_id=person, tenant_id=tenant_id),
            )
        jobs = await imported(world, "Data Engineer", source_tenant_id=mine)
        run = await asyncio.to_thread(
            worker.run, match_jobs_to_candidates, await chunk_of(db, jobs, mine)
        )

        assert run.output["postings"]["tenants"] == 1
        assert set(await world.matches(mine)) == {(people[mine], jobs[0])}
        assert await world.matches(theirs) == {}


class TestGenerateCandidateMatches:
    async def test_onboarding_approval_makes_the_candidate_ready(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        roles, tenant_id = await seeded(db), await world.tenant()
        jobs = await imported(world, "Data Engineer", "Welder")
        await asyncio.to_thread(
            worker.run, match_jobs_to_candidates, JobsImported(job_ids=jobs, source="test")
        )
        person = await world.candidate(tenant_id, roles=[roles["Data Engineer"]], **PROFILE)
        for trigger, status in (
            (MatchTrigger.MANUAL, CandidateStatus.APPROVED),
            (MatchTrigger.ONBOARDING_APPROVAL, CandidateStatus.READY_FOR_ASSIGNMENT),
        ):
            run = await asyncio.to_thread(
                worker.run,
                generate_candidate_matches,
                GenerateCandidateMatches(candidate_id=person, tenant_id=tenant_id, trigger=trigger),
            )
            assert run.status == "Completed", run.output
            assert run.output["candidate"]["jobs"] == 1
            # Only the first run has to embed the profile before it can score.
            assert run.output["candidate"]["embedded"] == (trigger is MatchTrigger.MANUAL)
            async with db.tenant_session(tenant_id) as session:
                candidate = await session.get_one(Candidate, person)
                assert candidate.status == status
                assert candidate.matched_at is not None

        assert set(await world.matches(tenant_id)) == {(person, jobs[0])}
        async with db.tenant_session(tenant_id) as session:
            entry = (await session.scalars(select(AuditEntry))).one()
        assert (entry.action, entry.actor_type) == ("candidate.ready_for_assignment", "workflow")

    async def test_unknown_foreign_and_deleted_candidates_fail_at_once(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        mine, theirs = await world.tenant(), await world.tenant()
        foreign = await world.candidate(theirs)
        deleted = await world.candidate(mine)
        async with db.tenant_session(mine) as session:
            await session.execute(
                update(Candidate)
                .where(Candidate.id == deleted)
                .values(deleted_at=Candidate.created_at)
            )
        for candidate_id, message in (
            (foreign, "does not exist"),
            (foreign + 1000, "does not exist"),
            (deleted, "was deleted"),
        ):
            run = await asyncio.to_thread(
                worker.run,
                generate_candidate_matches,
                GenerateCandidateMatches(candidate_id=candidate_id, tenant_id=mine),
            )
            assert run.status == "Failed"
            assert message in run.output["message"]

    async def test_a_role_that_waits_for_review_is_merged_into_a_near_one(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        roles, tenant_id = await seeded(db), await world.tenant()
        # Close to "Data Platform Engineer", another name of the data engineer.
        pending = await world.role("Platform Data Engineer", status=RoleStatus.PENDING_REVIEW)
        jobs = await imported(world, "Data Engineer", "Platform Data Engineer")
        await asyncio.to_thread(
            worker.run, match_jobs_to_candidates, JobsImported(job_ids=jobs, source="test")
        )
        person = await world.candidate(tenant_id, roles=[pending], **PROFILE)

        run = await asyncio.to_thread(
            worker.run,
            generate_candidate_matches,
            GenerateCandidateMatches(candidate_id=person, tenant_id=tenant_id),
        )

        assert run.status == "Completed", run.output
        async with db.global_session() as session:
            merged = await session.get_one(GlobalRole, pending)
        assert (merged.status, merged.merged_into_id) == (RoleStatus.MERGED, roles["Data Engineer"])
        assert set(await world.matches(tenant_id)) == {(person, job_id) for job_id in jobs}
        async with db.global_session() as session:
            owed = (
                await session.scalars(
                    select(OutboxEvent).where(OutboxEvent.name == "role/reviewed")
                )
            ).one()
        assert owed.data == {"role_id": pending, "decision": "merged"}


class TestForgetDeletedCandidate:
    async def test_keeps_only_what_people_acted_on(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        tenant_id = await world.tenant()
        jobs = [await world.posting("Welder") for _ in range(2)]
        gone, stays = [
            await world.scored_candidate(tenant_id, roles=[], deleted_at=deleted_at)
            for deleted_at in (datetime.now(UTC), None)
        ]
        for person in (gone, stays):
            await world.match(tenant_id, person, jobs[0], MatchStatus.NEW)
            await world.match(tenant_id, person, jobs[1], MatchStatus.APPLIED)

        for person, removed in ((gone, 1), (gone, 0), (stays, 0)):
            run = await asyncio.to_thread(
                worker.run,
                forget_deleted_candidate,
                CandidateDeleted(candidate_id=person, tenant_id=tenant_id),
            )
            assert run.output == {"candidate_id": person, "removed": removed}

        assert set(await world.matches(tenant_id)) == {
            (gone, jobs[1]),
            (stays, jobs[0]),
            (stays, jobs[1]),
        }
        async with db.tenant_session(tenant_id) as session:
            features = (await session.scalars(select(CandidateFeatures.candidate_id))).all()
        assert features == [stays]

    async def test_ends_the_same_wherever_the_worker_is_killed(
        self, world: World, dying_worker: Worker
    ) -> None:
        tenant_id = await world.tenant()
        person = await world.candidate(tenant_id, deleted_at=datetime.now(UTC))
        job = await world.posting("Welder")
        await world.match(tenant_id, person, job, MatchStatus.NEW)

        run = await asyncio.to_thread(
            dying_worker.run,
            forget_deleted_candidate,
            CandidateDeleted(candidate_id=person, tenant_id=tenant_id),
        )

        assert run.status == "Completed", run.output
        assert await world.matches(tenant_id) == {}


class TestRefreshCandidateMatches:
    async def test_scores_again_and_leaves_the_status(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        roles, tenant_id = await seeded(db), await world.tenant()
        jobs = await imported(world, "Data Engineer")
        await asyncio.to_thread(
            worker.run, match_jobs_to_candidates, JobsImported(job_ids=jobs, source="test")
        )
        person = await world.candidate(tenant_id, roles=[roles["Data Engineer"]], **PROFILE)

        run = await asyncio.to_thread(
            worker.run,
            refresh_candidate_matches,
            RefreshCandidateMatches(candidate_id=person, tenant_id=tenant_id),
        )

        assert (run.output["matches"], run.output["embedded"]) == (1, True)
        async with db.tenant_session(tenant_id) as session:
            assert (await session.get_one(Candidate, person)).status == CandidateStatus.APPROVED


class TestUpdateJobEmbedding:
    async def test_changed_and_closed_postings_in_one_batch(
        self, db: Database, world: World, worker: Worker
    ) -> None:
        roles, tenant_id = await seeded(db), await world.tenant()
        person = await world.candidate(tenant_id, roles=[roles["Data Engineer"]], **PROFILE)
        changed, untouched, seen = await imported(world, *["Data Engineer"] * 3)
        (own,) = await imported(world, "Data Engineer", source_tenant_id=tenant_id)
        for event in (
            JobsImported(job_ids=[changed, untouched, seen], source="test"),
            JobsImported(job_ids=[own], source="test", tenant_id=tenant_id),
        ):
            await asyncio.to_thread(worker.run, match_jobs_to_candidates, event)
        await asyncio.to_thread(
            worker.run,
            generate_candidate_matches,
            GenerateCandidateMatches(candidate_id=person, tenant_id=tenant_id),
        )
        before = await world.matches(tenant_id)
        assert len(before) == 4
        await world.act_on(tenant_id, person, seen, MatchStatus.SHORTLISTED)

        async with db.tenant_session(tenant_id) as session:
            for job_id, values in (
                (changed, {"description": DESCRIPTION.replace("Docker", "COBOL")}),
                (untouched, {"status": JobStatus.CLOSED}),
                (seen, {"status": JobStatus.EXPIRED}),
                (own, {"title": "Welder"}),
            ):
                await session.execute(
                    update(JobPosting).where(JobPosting.id == job_id).values(**values)
                )
        run = await asyncio.to_thread(
            worker.run,
            update_job_embedding,
            *(
                JobPostingUpdated(job_id=job_id, changed_fields=["status"])
                for job_id in (changed, untouched, seen, own, own + 1000)
            ),
        )

        assert run.status == "Completed", run.output
        assert run.output["events"] == 5
        assert [part["embedded"] for part in run.output["postings"]] == [1, 1]
        matches = await world.matches(tenant_id)
        assert {pair[1]: match.status for pair, match in matches.items()} == {
            changed: MatchStatus.NEW,
            seen: MatchStatus.CLOSED,
        }
        assert matches[person, changed].score < before[person, changed].score
