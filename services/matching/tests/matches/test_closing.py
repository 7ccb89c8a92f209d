from __future__ import annotations

import asyncio

from blacklight_matching.features.loading import VectorSpace, load_postings
from blacklight_matching.matches.closing import EndedMatches, end_matches, tenants_with_matches
from blacklight_matching.matches.locks import lock_for_postings
from blacklight_shared.database import Database
from blacklight_shared.models import CandidateJobMatch, JobPosting, JobStatus, MatchStatus
from sqlalchemy import update

from services.matching.tests.world import World

SPACE = VectorSpace("none", 1)


async def test_open_postings_and_other_tenants_keep_their_matches(
    db: Database, world: World
) -> None:
    mine, other, bystander = [await world.tenant() for _ in range(3)]
    jobs = [
        await world.posting("Welder", status=status)
        for status in (JobStatus.EXPIRED, JobStatus.CLOSED, JobStatus.ACTIVE)
    ]
    person, theirs = await world.candidate(mine), await world.candidate(other)
    for job in jobs:
        await world.match(mine, person, job, MatchStatus.NEW)
    await world.match(other, theirs, jobs[0], MatchStatus.APPLIED)
    await world.candidate(bystander)

    async with db.system_session() as session:
        assert await tenants_with_matches(session, jobs) == [mine, other]
    async with db.tenant_session(mine) as session:
        assert await end_matches(session, mine, jobs) == EndedMatches(removed=2, closed=0)
        assert await end_matches(session, mine, jobs) == EndedMatches(removed=0, closed=0)

    assert set(await world.matches(mine)) == {(person, jobs[2])}
    assert set(await world.matches(other)) == {(theirs, jobs[0])}


async def test_a_run_that_still_scores_the_posting_cannot_bring_its_matches_back(
    db: Database, world: World
) -> None:
    tenant = await world.tenant()
    job = await world.scored_posting(role=await world.role("Welder"))
    person = await world.candidate(tenant)

    async def end() -> EndedMatches:
        async with db.tenant_session(tenant) as session:
            return await end_matches(session, tenant, [job])

    async with db.tenant_session(tenant) as scoring:
        await lock_for_postings(scoring, tenant)
        assert len(await load_postings(scoring, [job], SPACE)) == 1
        async with db.global_session() as session:
            await session.execute(
                update(JobPosting).where(JobPosting.id == job).values(status=JobStatus.EXPIRED)
            )
        ending = asyncio.create_task(end())
        done, _ = await asyncio.wait({ending}, timeout=0.3)
        assert not done
        scoring.add(
            CandidateJobMatch(
                tenant_id=tenant,
                candidate_id=person,
                job_posting_id=job,
                score=80.0,
                weights=[0.2] * 5,
                matched_skill_ids=[],
                missing_skill_ids=[],
                is_recommended=True,
            )
        )

    assert await ending == EndedMatches(removed=1, closed=0)
    assert await world.matches(tenant) == {}
