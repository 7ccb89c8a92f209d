"""A posting has the same candidates, whichever of them came first."""

from __future__ import annotations

import asyncio

from blacklight_matching.functions.generate_candidate_matches import generate_candidate_matches
from blacklight_matching.functions.match_jobs_to_candidates import match_jobs_to_candidates
from blacklight_shared.database import Database
from blacklight_shared.events import GenerateCandidateMatches, JobsImported

from services.matching.tests.functions.conftest import Worker
from services.matching.tests.functions.test_matching import PROFILE, imported, seeded
from services.matching.tests.world import StoredMatch, World

SKILLS: list[list[str]] = [["Python", "SQL", "Docker"], ["Python"], [], ["COBOL"]]


async def people(world: World, tenant_id: int, role_id: int) -> list[int]:
    profiles = [{**PROFILE, "skills": skills} for skills in SKILLS]
    return [await world.candidate(tenant_id, roles=[role_id], **profile) for profile in profiles]


async def test_candidates_of_a_posting_that_was_there_before_them(
    db: Database, world: World, worker: Worker
) -> None:
    roles = await seeded(db)
    before, after = await world.tenant(), await world.tenant()

    async def match(tenant_id: int, candidates: list[int]) -> None:
        for candidate_id in candidates:
            event = GenerateCandidateMatches(candidate_id=candidate_id, tenant_id=tenant_id)
            await asyncio.to_thread(worker.run, generate_candidate_matches, event)

    early = await people(world, before, roles["Data Engineer"])
    await match(before, early)
    [job_id] = await imported(world, "Data Engineer")
    await asyncio.to_thread(
        worker.run, match_jobs_to_candidates, JobsImported(job_ids=[job_id], source="test")
    )
    late = await people(world, after, roles["Data Engineer"])
    await match(after, late)

    def by_profile(
        candidates: list[int], found: dict[tuple[int, int], StoredMatch]
    ) -> list[StoredMatch | None]:
        return [found.get((candidate_id, job_id)) for candidate_id in candidates]

    expected = by_profile(early, await world.matches(before))
    assert by_profile(late, await world.matches(after)) == expected
    assert expected[0] is not None
    assert None in expected
