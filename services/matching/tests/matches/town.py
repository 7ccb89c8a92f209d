"""A town of tenants, candidates and postings, and what should match there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_matching.features.loading import VectorSpace, load_candidates, load_postings
from blacklight_matching.matches.eligibility import plan_tiles
from blacklight_matching.matches.runs import RunCounts, score_candidate, score_tile
from blacklight_matching.scoring import score_block
from blacklight_matching.snapshot import PostingSnapshot
from blacklight_shared.database import Database
from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import (
    Candidate,
    CandidateStatus,
    JobPosting,
    JobStatus,
    RoleStatus,
)
from sqlalchemy import func

from services.matching.tests.world import World

SPACE = VectorSpace(model="none", dimension=4)


async def run_postings(
    db: Database, job_ids: Sequence[int], *, per_tile: int = 1000
) -> list[RunCounts]:
    async with db.system_session() as session:
        tiles = await plan_tiles(session, job_ids, candidates_per_tile=per_tile)
    return [await score_tile(db, tile, job_ids, SPACE) for tile in tiles]


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
