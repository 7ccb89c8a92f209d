"""Runs against brute force, in any order, and with people's decisions between them."""

from __future__ import annotations

import pytest
from blacklight_matching.matches import openings, runs
from blacklight_matching.matches.eligibility import ScoringTile
from blacklight_matching.matches.runs import score_tile
from blacklight_matching.matches.staging import create_staging_table
from blacklight_matching.matches.writer import (
    MatchScope,
    has_matches,
    kept_pairs,
    write_staged,
)
from blacklight_matching.scoring import ScoredPairs, kernel
from blacklight_matching.scoring.tile import Rows, TileScorer
from blacklight_shared.database import Database
from blacklight_shared.models import (
    Candidate,
    CandidateFeatures,
    CandidateJobMatch,
    CandidateStatus,
    JobFeatures,
    JobPosting,
    JobStatus,
    MatchStatus,
)
from sqlalchemy import delete, text, update

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
        monkeypatch.setattr(openings, "HEAD_OF_OPENINGS", 1)
        monkeypatch.setattr(runs, "PAIRS_AT_ONCE", 2)
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


class TestFirstMatchesOfPostings:
    async def test_are_stored_tile_by_tile(
        self, db: Database, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town = await build_town(world, 7)
        monkeypatch.setattr(kernel, "CANDIDATES_PER_TILE", 2)
        monkeypatch.setattr(kernel, "JOBS_PER_TILE", 3)
        for counts in await run_postings(db, town.jobs):
            assert (counts.written, counts.removed, counts.closed) == (counts.matches, 0, 0)
        assert await all_matches(world, town) == await brute_force(db, town)

    async def test_come_to_those_of_postings_that_are_there(
        self, db: Database, world: World
    ) -> None:
        town = await build_town(world, 8)
        await run_postings(db, town.jobs[::2])
        await run_postings(db, town.jobs)
        assert await all_matches(world, town) == await brute_force(db, town)


class TestPlans:
    async def test_none_is_kept_from_when_there_were_few_matches(
        self, db: Database, world: World
    ) -> None:
        tenant_id = await world.tenant()
        async with db.tenant_session(tenant_id) as session:
            await create_staging_table(session)
            for scope in [MatchScope(tenant_id, [1]), MatchScope.of_candidate(tenant_id, 1)] * 6:
                await has_matches(session, scope)
                await kept_pairs(session, scope)
                await write_staged(session, scope)
            kept = await session.scalars(text("SELECT statement FROM pg_prepared_statements"))
        assert not [statement for statement in kept if "candidate_job_matches" in statement]


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
        await score_tile(db, ScoringTile(theirs, 0, None, 1), [job_id], SPACE)

        assert set(await world.matches(mine)) == {(people[mine], job_id)}
        assert await world.matches(theirs) == {}


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
