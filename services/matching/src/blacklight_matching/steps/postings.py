"""From imported postings to stored matches, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import inngest
from blacklight_shared.workflows import parallel_all, translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.embedding_store import Subject
from blacklight_matching.features.postings import prepare_postings
from blacklight_matching.matches.eligibility import ScoringTile, plan_tiles
from blacklight_matching.matches.runs import RunCounts, score_tile
from blacklight_matching.metrics import MATCHES_REMOVED, MATCHES_WRITTEN, PAIRS_STORED
from blacklight_matching.steps.embedding import TEXTS_PER_STEP, embed_stale
from blacklight_matching.steps.roles import ResolvedRoles, resolve_posting_roles

CANDIDATES_PER_STEP = 500
"""Scored against a chunk of postings in one transaction: a second of work, so that several workers
end at nearly the same time."""

MAX_SCORING_STEPS = 400
"""Beyond, the steps get larger instead of more: a run has at most a thousand."""


@dataclass(frozen=True, slots=True)
class MatchedPostings:
    """What matching postings did.

    Attributes:
        jobs: Postings that were asked for.
        roles: What their titles became.
        features: Postings whose features were derived, because their content had changed.
        embedded: Postings that got a new vector, because their text had changed.
        tenants: Tenants that the postings concerned.
        matches: Pairs at or above their tenant's threshold.
        written: Match rows that are new or different.
        removed: Match rows that no longer match.
        closed: Match rows that were closed with their posting.
    """

    jobs: int
    roles: ResolvedRoles
    features: int
    embedded: int
    tenants: int
    matches: int
    written: int
    removed: int
    closed: int


async def match_postings(
    ctx: inngest.Context,
    deps: MatchingDeps,
    tenant_id: int | None,
    job_ids: Sequence[int],
    *,
    prefix: str = "",
) -> MatchedPostings:
    """Match postings to the candidates of all tenants that may see them.

    Args:
        ctx: The run.
        deps: The worker's connections.
        tenant_id: Whose postings are among them; None when all are global.
        job_ids: The postings, at most a chunk.
        prefix: Of the step ids, when a run does this more than once.
    """
    ids = sorted(set(job_ids))
    roles = await ctx.step.run(
        f"{prefix}resolve-roles",
        resolve_posting_roles,
        deps,
        tenant_id,
        ids,
        output_type=ResolvedRoles,
    )
    features = await ctx.step.run(
        f"{prefix}prepare-features", prepare_posting_features, deps, tenant_id, ids
    )
    embedded = 0
    for start in range(0, len(ids), TEXTS_PER_STEP):
        embedded += await ctx.step.run(
            f"{prefix}embed-{start // TEXTS_PER_STEP}",
            embed_stale,
            deps,
            Subject.POSTING,
            tenant_id,
            ids[start : start + TEXTS_PER_STEP],
        )
    groups = await ctx.step.run(
        f"{prefix}plan-scoring", plan_scoring, deps, ids, output_type=list[list[ScoringTile]]
    )
    counts = await parallel_all(
        ctx,
        [
            partial(
                ctx.step.run,
                f"{prefix}score-{number}",
                partial(score_tiles_of_postings, deps, group, ids),
                output_type=RunCounts,
            )
            for number, group in enumerate(groups)
        ],
    )
    return MatchedPostings(
        jobs=len(ids),
        roles=roles,
        features=features,
        embedded=embedded,
        tenants=len({tile.tenant_id for group in groups for tile in group}),
        matches=sum(count.matches for count in counts),
        written=sum(count.written for count in counts),
        removed=sum(count.removed for count in counts),
        closed=sum(count.closed for count in counts),
    )


@translating_errors("prepare features")
async def prepare_posting_features(
    deps: MatchingDeps, tenant_id: int | None, job_ids: Sequence[int]
) -> int:
    """Derive what scoring reads of those postings that have changed; returns how many."""
    async with deps.session(tenant_id) as session:
        return await prepare_postings(session, job_ids)


@translating_errors("plan scoring")
async def plan_scoring(deps: MatchingDeps, job_ids: Sequence[int]) -> list[list[ScoringTile]]:
    """Cut the candidates that postings concern into groups of tiles, a group for each step."""
    async with deps.database.system_session() as session:
        tiles = await plan_tiles(session, job_ids, candidates_per_tile=CANDIDATES_PER_STEP)
    candidates = sum(tile.candidate_count for tile in tiles)
    return list(group_tiles(tiles, max(CANDIDATES_PER_STEP, candidates // MAX_SCORING_STEPS)))


def group_tiles(tiles: Sequence[ScoringTile], candidates: int) -> Iterator[list[ScoringTile]]:
    """Put tiles together until a group has so many candidates; small tenants share a step."""
    group: list[ScoringTile] = []
    for tile in tiles:
        if group and sum(one.candidate_count for one in group) + tile.candidate_count > candidates:
            yield group
            group = []
        group.append(tile)
    if group:
        yield group


@translating_errors("score postings")
async def score_tiles_of_postings(
    deps: MatchingDeps, tiles: Sequence[ScoringTile], job_ids: Sequence[int]
) -> RunCounts:
    """Score postings against tiles of candidates, one tenant's transaction after the other."""
    total = RunCounts(candidates=0, jobs=0, matches=0, written=0, removed=0, closed=0)
    for tile in tiles:
        async with deps.slots.postings:
            counts = await score_tile(deps.database, tile, job_ids, deps.space)
        observe(counts)
        total = total + counts
    return total


def observe(counts: RunCounts) -> None:
    """Count what a committed run did."""
    PAIRS_STORED.inc(counts.matches)
    MATCHES_WRITTEN.inc(counts.written)
    MATCHES_REMOVED.inc(counts.removed)
