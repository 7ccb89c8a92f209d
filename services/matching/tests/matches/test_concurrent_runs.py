"""Runs at the same time end as one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from blacklight_matching.matches.eligibility import ScoringTile
from blacklight_matching.matches.runs import score_postings, score_tile
from blacklight_shared.database import Database
from blacklight_shared.models import CandidateFeatures, JobFeatures
from sqlalchemy import update

from services.matching.tests.matches.town import (
    SPACE,
    all_matches,
    brute_force,
    build_town,
    loaded_snapshot,
    run_candidate,
    run_postings,
)
from services.matching.tests.world import World


class TestConcurrency:
    async def test_the_first_matches_of_postings_are_stored_once(
        self, db: Database, world: World
    ) -> None:
        role, tenant_id = await world.role("Welder"), await world.tenant()
        candidate_id = await world.scored_candidate(tenant_id, roles=[role], skills=[1], years=5)
        job_ids = [
            await world.scored_posting(role=role, required=[1], min_years=1) for _ in range(3)
        ]
        tile = ScoringTile(tenant_id, 0, None, 1)

        async with db.tenant_session(tenant_id) as session:
            first = await score_postings(session, tile, job_ids, SPACE)
            # Sees none of them, as they are not committed yet.
            second = asyncio.create_task(score_tile(db, tile, job_ids, SPACE))
            await asyncio.sleep(0.2)
            assert not second.done()
        counts = await second

        assert (first.written, counts.matches, counts.written) == (3, 3, 0)
        assert set(await world.matches(tenant_id)) == {(candidate_id, job) for job in job_ids}

    async def test_runs_of_both_directions_at_once_end_as_one_after_the_other(
        self, db: Database, world: World
    ) -> None:
        town = await build_town(world, 4)
        expected = await brute_force(db, town)

        await asyncio.gather(
            *(run_postings(db, town.jobs[start::3], per_tile=4) for start in range(3)),
            run_postings(db, town.jobs),
            *(
                run_candidate(db, tenant_id, candidate_id)
                for candidate_id, tenant_id in list(town.candidates.items())[::2]
            ),
        )

        assert await all_matches(world, town) == expected

    async def test_postings_in_memory_that_change_meanwhile_are_scored_as_they_became(
        self, db: Database, world: World
    ) -> None:
        town = await build_town(world, 5)
        snapshot = await loaded_snapshot(db)

        async def change_and_match(job_ids: Sequence[int]) -> None:
            for job_id in job_ids:
                async with db.global_session() as session:
                    await session.execute(
                        update(JobFeatures)
                        .where(JobFeatures.job_posting_id == job_id)
                        .values(min_years=2, max_years=5, skill_ids=[], skill_importance=[])
                    )
                await run_postings(db, [job_id])

        await asyncio.gather(
            change_and_match(town.jobs[::2]),
            *(
                run_candidate(db, tenant_id, candidate_id, snapshot)
                for candidate_id, tenant_id in town.candidates.items()
            ),
        )
        await run_postings(db, town.jobs[1::2])

        assert await all_matches(world, town) == await brute_force(db, town)

    async def test_a_run_with_old_features_cannot_overwrite_a_newer_one(
        self, db: Database, world: World
    ) -> None:
        role, tenant_id = await world.role("Welder"), await world.tenant()
        candidate_id = await world.scored_candidate(tenant_id, roles=[role], skills=[1], years=5)
        job_id = await world.scored_posting(role=role, required=[1], min_years=1)

        async with db.tenant_session(tenant_id) as session:
            old = await score_postings(session, ScoringTile(tenant_id, 0, None, 1), [job_id], SPACE)
            # Not committed yet: meanwhile the profile changes, and its run has to wait.
            async with db.tenant_session(tenant_id) as other:
                await other.execute(update(CandidateFeatures).values(skill_ids=[9]))
            newer = asyncio.create_task(run_candidate(db, tenant_id, candidate_id))
            await asyncio.sleep(0.2)
            assert not newer.done()
        counts = await newer

        assert (old.matches, counts.matches, counts.removed) == (1, 0, 1)
        assert await world.matches(tenant_id) == {}
