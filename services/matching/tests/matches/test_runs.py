"""Runs against brute force, in any order, at once, and with people's decisions between them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from blacklight_matching.features.loading import VectorSpace, load_candidates, load_postings
from blacklight_matching.matches.eligibility import ScoringTile, plan_tiles
from blacklight_matching.matches.runs import RunCounts, score_candidate, score_postings
from blacklight_matching.scoring import ScoredPairs, kernel, score_block
from blacklight_matching.scoring.tile import Rows, TileScorer
from blacklight_matching.snapshot import PostingSnapshot
from blacklight_shared.database import Database
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import (
    Candidate,
    CandidateFeatures,
    CandidateJobMatch,
    CandidateStatus,
    JobFeatures,
    JobPosting,
    JobStatus,
    MatchStatus,
    RoleStatus,
)
from sqlalchemy import delete, func, text, update

from services.matching.tests.world import World

SPACE = VectorSpace(model="none", dimension=4)


async def run_postings(
    db: Database, job_ids: Sequence[int], *, per_tile: int = 1000
) -> list[RunCounts]:
    async with db.system_session() as session:
        tiles = await plan_tiles(session, job_ids, candidates_per_tile=per_tile)
    counts = []
    for tile in tiles:
        async with db.tenant_session(tile.tenant_id) as session:
            counts.append(await score_postings(session, tile, job_ids, SPACE))
    return counts


async def run_candidate(
    db: Database, tenant_id: int, candidate_id: int, snapshot: PostingSnapshot | None = None
) -> RunCounts:
    async with db.tenant_session(tenant_id) as session:
        return await score_candidate(
            session, tenant_id, candidate_id, SPACE, snapshot or PostingSnapshot()
        )


async def loaded_snapshot(db: Database) -> PostingSnapshot:
    snapshot = PostingSnapshot()
    async with db.global_session() as session:
        await snapshot.up_to_date(session, SPACE)
    return snapshot


@dataclass(frozen=True)
class Town:
    """A world with pairs of every kind, eligible or not."""

    tenants: list[int]
    candidates: dict[int, int]
    """Tenant by candidate."""
    jobs: list[int]


async def build_town(world: World, seed: int, *, people: int = 14, postings: int = 24) -> Town:
    numbers = random.Random(seed)
    kept, rejected = (
        await world.role("Welder"),
        await world.role("Ninja", status=RoleStatus.REJECTED),
    )
    other = await world.role("Baker")
    merged = await world.role("Torch Worker", status=RoleStatus.MERGED, merged_into=kept)
    roles = [kept, merged, other, rejected]
    tenants = [
        await world.tenant(),
        await world.tenant(matching_config={"store_threshold": 62, "recommend_threshold": 80}),
    ]
    candidates = {}
    for _ in range(people):
        tenant_id = numbers.choice(tenants)
        candidate_id = await world.scored_candidate(
            tenant_id,
            roles=numbers.sample(roles, numbers.choice([0, 1, 2, 3])),
            skills=numbers.sample(range(8), numbers.randint(0, 8)),
            years=numbers.choice([None, 2.0, 5.0, 9.0]),
            status=numbers.choice(
                [CandidateStatus.APPROVED] * 3
                + [CandidateStatus.READY_FOR_ASSIGNMENT, CandidateStatus.NEW]
            ),
            deleted_at=func.now() if numbers.random() < 0.1 else None,
        )
        candidates[candidate_id] = tenant_id
    jobs = [
        await world.scored_posting(
            role=numbers.choice([*roles, None]),
            source_tenant_id=numbers.choice([None, None, *tenants]),
            required=numbers.sample(range(4), numbers.randint(0, 3)),
            nice=numbers.sample(range(4, 8), numbers.randint(0, 3)),
            min_years=numbers.choice([None, 1.0, 4.0]),
            status=numbers.choice([JobStatus.ACTIVE] * 5 + [JobStatus.CLOSED]),
        )
        for _ in range(postings)
    ]
    return Town(tenants, candidates, jobs)


async def brute_force(db: Database, town: Town) -> dict[tuple[int, int], float]:
    """Scores of the pairs that match, pair by pair, by the rule as it is written."""
    expected = {}
    for candidate_id, tenant_id in town.candidates.items():
        async with db.tenant_session(tenant_id) as session:
            candidate = await session.get_one(Candidate, candidate_id)
            if candidate.deleted_at or candidate.status not in {"approved", "ready_for_assignment"}:
                continue
            config = MatchingConfig.from_overrides(
                {"store_threshold": 62, "recommend_threshold": 80}
                if tenant_id == town.tenants[1]
                else {}
            )
            person = await load_candidates(
                session,
                tenant_id,
                SPACE,
                after_candidate_id=candidate_id - 1,
                upto_candidate_id=candidate_id,
            )
            for job_id in town.jobs:
                posting = await session.get(JobPosting, job_id)
                if posting is None or posting.status != "active":
                    continue
                assert posting.source_tenant_id in {None, tenant_id}
                job = await load_postings(session, [job_id], SPACE)
                if len(person) and len(job):
                    for total in score_block(person, job, config).total:
                        expected[candidate_id, job_id] = round(float(total), 2)
    return expected


async def all_matches(world: World, town: Town) -> dict[tuple[int, int], float]:
    return {
        pair: round(match.score, 2)
        for tenant_id in town.tenants
        for pair, match in (await world.matches(tenant_id)).items()
    }


class TestBothDirections:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    async def test_equal_brute_force_in_any_order(
        self, db: Database, world: World, seed: int
    ) -> None:
        town = await build_town(world, seed)
        expected = await brute_force(db, town)
        assert len(expected) > 5

        await run_postings(db, town.jobs, per_tile=3)
        postings_first = {tenant: await world.matches(tenant) for tenant in town.tenants}
        assert await all_matches(world, town) == expected

        for candidate_id, tenant_id in town.candidates.items():
            again = await run_candidate(db, tenant_id, candidate_id)
            assert (again.written, again.removed) == (0, 0)

        for tenant_id in town.tenants:
            async with db.tenant_session(tenant_id) as session:
                await session.execute(delete(CandidateJobMatch))
        snapshot = await loaded_snapshot(db)
        for candidate_id, tenant_id in town.candidates.items():
            await run_candidate(db, tenant_id, candidate_id, snapshot)
        candidates_first = {tenant: await world.matches(tenant) for tenant in town.tenants}
        assert candidates_first == postings_first

        for counts in await run_postings(db, town.jobs):
            assert (counts.written, counts.removed) == (0, 0)


class TestFirstMatchesOfACandidate:
    async def test_are_stored_part_by_part(
        self, db: Database, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town = await build_town(world, 6)
        snapshot = await loaded_snapshot(db)
        monkeypatch.setattr(kernel, "JOBS_PER_TILE", 2)
        for candidate_id, tenant_id in town.candidates.items():
            counts = await run_candidate(db, tenant_id, candidate_id, snapshot)
            assert (counts.written, counts.removed, counts.closed) == (counts.matches, 0, 0)
        assert await all_matches(world, town) == await brute_force(db, town)

    async def test_are_all_stored_or_none(
        self, db: Database, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        role, tenant_id = await world.role("Welder"), await world.tenant()
        candidate_id = await world.scored_candidate(tenant_id, roles=[role], skills=[1], years=5)
        for _ in range(3):
            await world.scored_posting(role=role, required=[1], min_years=1)
        snapshot = await loaded_snapshot(db)
        monkeypatch.setattr(kernel, "JOBS_PER_TILE", 1)
        score, scored = TileScorer.score, []

        def score_two(scorer: TileScorer, candidates: Rows, jobs: Rows) -> ScoredPairs:
            scored.append(jobs)
            if len(scored) == 3:
                raise MemoryError
            return score(scorer, candidates, jobs)

        with monkeypatch.context() as patch:
            patch.setattr(TileScorer, "score", score_two)
            with pytest.raises(MemoryError):
                await run_candidate(db, tenant_id, candidate_id, snapshot)
        assert await world.matches(tenant_id) == {}

        counts = await run_candidate(db, tenant_id, candidate_id, snapshot)
        assert (counts.matches, counts.written) == (3, 3)


class TestDecisionsOfPeople:
    async def test_are_kept_and_updated_when_the_pair_no_longer_matches(
        self, db: Database, world: World
    ) -> None:
        role, tenant_id = await world.role("Welder"), await world.tenant()
        candidate_id = await world.scored_candidate(tenant_id, roles=[role], skills=[1, 2], years=5)
        jobs = [
            await world.scored_posting(role=role, required=[1, 2], min_years=3) for _ in range(3)
        ]
        await run_candidate(db, tenant_id, candidate_id)
        await world.act_on(tenant_id, candidate_id, jobs[0], MatchStatus.SHORTLISTED)
        await world.act_on(tenant_id, candidate_id, jobs[1], MatchStatus.REJECTED)

        async with db.tenant_session(tenant_id) as session:
            await session.execute(
                update(CandidateFeatures).values(skill_ids=[9], skill_words=["other"])
            )
        counts = await run_candidate(db, tenant_id, candidate_id)

        matches = await world.matches(tenant_id)
        assert (counts.matches, counts.written, counts.removed) == (0, 2, 1)
        assert {pair[1]: match.status for pair, match in matches.items()} == {
            jobs[0]: MatchStatus.SHORTLISTED,
            jobs[1]: MatchStatus.REJECTED,
        }
        assert all(match.score < 50 and match.missing == (1, 2) for match in matches.values())
        assert not any(match.is_recommended for match in matches.values())

    async def test_survive_when_the_candidate_is_no_longer_eligible(
        self, db: Database, world: World
    ) -> None:
        role, tenant_id = await world.role("Welder"), await world.tenant()
        candidate_id = await world.scored_candidate(tenant_id, roles=[role], skills=[1, 2], years=5)
        seen, untouched = [
            await world.scored_posting(role=role, required=[1, 2], min_years=3) for _ in range(2)
        ]
        await run_postings(db, [seen, untouched])
        await world.act_on(tenant_id, candidate_id, seen, MatchStatus.VIEWED)
        before = await world.matches(tenant_id)

        async with db.tenant_session(tenant_id) as session:
            await session.execute(update(Candidate).values(status=CandidateStatus.ASSIGNED))
        await run_postings(db, [seen, untouched])

        assert await world.matches(tenant_id) == {(candidate_id, seen): before[candidate_id, seen]}

    async def test_are_closed_with_the_posting_and_open_with_it(
        self, db: Database, world: World
    ) -> None:
        role, tenant_id = await world.role("Welder"), await world.tenant()
        candidate_id = await world.scored_candidate(tenant_id, roles=[role], skills=[1, 2], years=5)
        seen, untouched = [
            await world.scored_posting(role=role, required=[1, 2], min_years=3) for _ in range(2)
        ]
        await run_postings(db, [seen, untouched])
        await world.act_on(tenant_id, candidate_id, seen, MatchStatus.APPLIED)

        await set_job_status(db, JobStatus.CLOSED)
        (counts,) = await run_postings(db, [seen, untouched])
        assert (counts.removed, counts.closed) == (1, 1)
        matches = await world.matches(tenant_id)
        assert {pair: match.status for pair, match in matches.items()} == {
            (candidate_id, seen): MatchStatus.CLOSED
        }
        (again,) = await run_postings(db, [seen, untouched])
        assert (again.written, again.removed, again.closed) == (0, 0, 0)

        await set_job_status(db, JobStatus.ACTIVE)
        await run_postings(db, [seen, untouched])
        matches = await world.matches(tenant_id)
        assert {pair[1]: match.status for pair, match in matches.items()} == {
            seen: MatchStatus.VIEWED,
            untouched: MatchStatus.NEW,
        }


class TestChanges:
    async def test_posting_of_another_role_loses_its_matches(
        self, db: Database, world: World
    ) -> None:
        welder, baker = await world.role("Welder"), await world.role("Baker")
        tenant_id, stays = await world.tenant(), await world.tenant()
        leaves = await world.scored_candidate(tenant_id, roles=[welder], skills=[1], years=5)
        comes = await world.scored_candidate(stays, roles=[baker], skills=[1], years=5)
        job_id = await world.scored_posting(role=welder, required=[1], min_years=1)
        await run_postings(db, [job_id])
        assert set(await world.matches(tenant_id)) == {(leaves, job_id)}

        async with db.global_session() as session:
            await session.execute(update(JobPosting).values(role_id=baker))
        await run_postings(db, [job_id])

        assert await world.matches(tenant_id) == {}
        assert set(await world.matches(stays)) == {(comes, job_id)}

    async def test_unchanged_rows_are_not_touched(self, db: Database, world: World) -> None:
        role, tenant_id = await world.role("Welder"), await world.tenant()
        await world.scored_candidate(tenant_id, roles=[role], skills=[1, 2, 3], years=5)
        jobs = [
            await world.scored_posting(role=role, required=[1, 2, 3], min_years=1) for _ in "ab"
        ]
        await run_postings(db, jobs)
        before = await row_versions(db, tenant_id)

        async with db.global_session() as session:
            await session.execute(
                update(JobFeatures).where(JobFeatures.job_posting_id == jobs[0]).values(min_years=6)
            )
        (counts,) = await run_postings(db, jobs)

        after = await row_versions(db, tenant_id)
        assert counts.written == 1
        assert [before[job_id] == after[job_id] for job_id in jobs] == [False, True]


class TestTenants:
    async def test_sourced_postings_never_leave_their_tenant(
        self, db: Database, world: World
    ) -> None:
        role = await world.role("Welder")
        mine, theirs = await world.tenant(), await world.tenant()
        people = {
            tenant_id: await world.scored_candidate(tenant_id, roles=[role], skills=[1], years=5)
            for tenant_id in (mine, theirs)
        }
        job_id = await world.scored_posting(
            role=role, source_tenant_id=mine, required=[1], min_years=1
        )

        await run_postings(db, [job_id])
        await run_candidate(db, theirs, people[theirs])
        # Not even for a tile that was planned wrongly.
        async with db.tenant_session(theirs) as session:
            await score_postings(session, ScoringTile(theirs, 0, None, 1), [job_id], SPACE)

        assert set(await world.matches(mine)) == {(people[mine], job_id)}
        assert await world.matches(theirs) == {}


class TestConcurrency:
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


async def set_job_status(db: Database, status: JobStatus) -> None:
    async with db.global_session() as session:
        await session.execute(update(JobPosting).values(status=status))


async def row_versions(db: Database, tenant_id: int) -> dict[int, str]:
    """Where the row of each posting's match lies; another place means that it was rewritten."""
    async with db.tenant_session(tenant_id) as session:
        rows = await session.execute(
            text("SELECT job_posting_id, ctid::text FROM candidate_job_matches")
        )
        return {row.job_posting_id: row.ctid for row in rows}
