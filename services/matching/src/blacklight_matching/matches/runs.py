"""Scoring from the database and back: postings against candidates, or a candidate against postings.

Each is one transaction of one tenant; see ``locks`` for why the reading and the writing belong
together. Repeating a run changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from blacklight_shared.database import Database
from blacklight_shared.matching import MatchingConfig
from psycopg.errors import DeadlockDetected, UniqueViolation
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.features.loading import (
    VectorSpace,
    load_candidates,
    load_postings,
)
from blacklight_matching.matches.eligibility import ScoringTile
from blacklight_matching.matches.locks import lock_for_candidate, lock_for_postings
from blacklight_matching.matches.openings import Openings, openings_of_candidate
from blacklight_matching.matches.staging import (
    EncodedPairs,
    create_staging_table,
    encode_pairs,
    stage,
)
from blacklight_matching.matches.tenants import scoring_tenant
from blacklight_matching.matches.writer import (
    MAX_ID,
    MatchScope,
    Pair,
    add_staged,
    has_matches,
    kept_pairs,
    write_staged,
)
from blacklight_matching.scoring import (
    CandidateFeatures,
    JobFeatures,
    ScoredPairs,
    score_block,
    score_tiles,
)
from blacklight_matching.snapshot import PostingSnapshot

PAIRS_AT_ONCE = 1_000
"""Fewer wait for the next tile: the statements that store a tile take as long as some hundred."""


@dataclass(frozen=True, slots=True)
class RunCounts:
    """What a run scored and changed.

    Attributes:
        candidates: Eligible candidates.
        jobs: Active postings that they were scored against.
        matches: Pairs at or above the threshold, all of them stored now.
        written: Rows that are new or different.
        removed: Rows that no longer match and that nobody had acted on.
        closed: Rows that somebody had acted on, marked closed with their posting.
    """

    candidates: int
    jobs: int
    matches: int
    written: int
    removed: int
    closed: int

    @classmethod
    def of_first(cls, candidates: int, jobs: int, matches: int) -> RunCounts:
        """What a run did that found nothing stored."""
        return cls(candidates, jobs, matches, written=matches, removed=0, closed=0)

    def __add__(self, other: RunCounts) -> RunCounts:
        return RunCounts(
            candidates=self.candidates + other.candidates,
            jobs=max(self.jobs, other.jobs),
            matches=self.matches + other.matches,
            written=self.written + other.written,
            removed=self.removed + other.removed,
            closed=self.closed + other.closed,
        )


async def score_tile(
    database: Database, tile: ScoringTile, job_ids: Sequence[int], space: VectorSpace
) -> RunCounts:
    """Score postings against the candidates of a tile and store what matches.

    Args:
        database: Where the tile's tenant is; a transaction is opened and committed here.
        tile: The candidates.
        job_ids: The postings; matches of those that are no longer active go, or are closed.
        space: The embedding model in use.
    """
    try:
        async with database.tenant_session(tile.tenant_id) as session:
            return await score_postings(session, tile, job_ids, space)
    except (UniqueViolation, DeadlockDetected):
        # Another run of the same postings stored their first matches meanwhile.
        async with database.tenant_session(tile.tenant_id) as session:
            return await score_postings(session, tile, job_ids, space, with_comparison=True)


async def score_postings(
    session: AsyncSession,
    tile: ScoringTile,
    job_ids: Sequence[int],
    space: VectorSpace,
    *,
    with_comparison: bool = False,
) -> RunCounts:
    """As ``score_tile``, in the caller's transaction.

    Args:
        session: A transaction of the tile's tenant.
        tile: The candidates.
        job_ids: The postings.
        space: The embedding model in use.
        with_comparison: Compare with what is stored even if nothing seems to be.

    Raises:
        psycopg.errors.UniqueViolation: Without comparison: another run of the same postings has
            stored their first matches since this one has looked for any.
    """
    await lock_for_postings(session, tile.tenant_id)
    upto = MAX_ID if tile.upto_candidate_id is None else tile.upto_candidate_id
    scope = MatchScope(tile.tenant_id, sorted(job_ids), tile.after_candidate_id, upto)
    config = (await scoring_tenant(session, tile.tenant_id)).config
    jobs = await load_postings(session, job_ids, space)
    candidates = await load_candidates(
        session,
        tile.tenant_id,
        space,
        after_candidate_id=tile.after_candidate_id,
        upto_candidate_id=upto,
        role_ids=sorted({int(role_id) for role_id in jobs.role_ids}),
    )
    is_first_time = not (with_comparison or await has_matches(session, scope))
    await create_staging_table(session)
    openings = [Openings.of_all(candidates, jobs)]
    matches = await _stage_scored(session, openings, config, adding=is_first_time)
    if is_first_time:
        return RunCounts.of_first(len(candidates), len(jobs), matches)
    return await _write(session, scope, config, space, len(candidates), len(jobs), matches)


async def score_candidate(
    session: AsyncSession,
    tenant_id: int,
    candidate_id: int,
    space: VectorSpace,
    snapshot: PostingSnapshot,
) -> RunCounts:
    """Score a candidate against all postings in their roles and store what matches.

    Args:
        session: A transaction of the tenant.
        tenant_id: The tenant.
        candidate_id: The candidate; one who is not eligible loses the matches nobody acted on.
        space: The embedding model in use.
        snapshot: Where global postings are taken from; if it is not loaded, from the database.
    """
    await lock_for_candidate(session, tenant_id)
    tenant = await scoring_tenant(session, tenant_id)
    candidate = await load_candidates(
        session,
        tenant_id,
        space,
        after_candidate_id=candidate_id - 1,
        upto_candidate_id=candidate_id,
    )
    scope = MatchScope.of_candidate(tenant_id, candidate_id)
    is_first_time = not await has_matches(session, scope)
    await create_staging_table(session)
    jobs_scored = matches = 0
    async for openings in openings_of_candidate(session, tenant, candidate, space, snapshot):
        jobs_scored += sum(int(some.visible.sum()) for some in openings)
        matches += await _stage_scored(session, openings, tenant.config, adding=is_first_time)
    if is_first_time:
        return RunCounts.of_first(len(candidate), jobs_scored, matches)
    return await _write(session, scope, tenant.config, space, len(candidate), jobs_scored, matches)


async def _stage_scored(
    session: AsyncSession,
    openings: Sequence[Openings],
    config: MatchingConfig,
    *,
    adding: bool,
) -> int:
    """Stage what matches, or with ``adding`` store it tile by tile; returns how many pairs.

    The next tile is scored in a thread while Postgres stores the one before. It does not begin
    while that one is copied: the two would wait for each other's turns in the interpreter.
    """
    matches = 0
    tiles = _tiles(openings, config)
    scoring = asyncio.create_task(asyncio.to_thread(next, tiles, None))
    try:
        while (pairs := await scoring) is not None:
            matches += await stage(session, pairs)
            scoring = asyncio.create_task(asyncio.to_thread(next, tiles, None))
            if adding:
                await add_staged(session)
    finally:
        scoring.cancel()
    return matches


def _tiles(openings: Sequence[Openings], config: MatchingConfig) -> Iterator[EncodedPairs]:
    waiting = EncodedPairs(0, [])
    for some in openings:
        candidates, jobs = some.candidates, some.jobs
        for pairs in score_tiles(candidates, jobs, config, visible_jobs=some.visible):
            waiting += encode_pairs(pairs, candidates, jobs, config)
            if waiting.count >= PAIRS_AT_ONCE:
                yield waiting
                waiting = EncodedPairs(0, [])
    if waiting.count:
        yield waiting


async def _write(
    session: AsyncSession,
    scope: MatchScope,
    config: MatchingConfig,
    space: VectorSpace,
    candidates: int,
    jobs: int,
    matches: int,
) -> RunCounts:
    await _stage_kept(session, scope, config, space)
    counts = await write_staged(session, scope)
    return RunCounts(
        candidates=candidates,
        jobs=jobs,
        matches=matches,
        written=counts.written,
        removed=counts.removed,
        closed=counts.closed,
    )


async def _stage_kept(
    session: AsyncSession, scope: MatchScope, config: MatchingConfig, space: VectorSpace
) -> None:
    """Score the pairs that stay below the threshold, because somebody acted on them."""
    pairs = set(await kept_pairs(session, scope))
    if not pairs:
        return
    jobs = await load_postings(session, sorted({pair.job_id for pair in pairs}), space)
    candidates = await load_candidates(
        session,
        scope.tenant_id,
        space,
        after_candidate_id=scope.after_candidate_id,
        upto_candidate_id=scope.upto_candidate_id,
        only=sorted({pair.candidate_id for pair in pairs}),
    )
    whatever_score = config.model_copy(update={"store_threshold": 0.0})
    scored = await asyncio.to_thread(score_block, candidates, jobs, whatever_score)
    wanted = _rows_of(scored, candidates, jobs, pairs)
    await stage(session, await asyncio.to_thread(encode_pairs, wanted, candidates, jobs, config))


def _rows_of(
    scored: ScoredPairs, candidates: CandidateFeatures, jobs: JobFeatures, pairs: set[Pair]
) -> ScoredPairs:
    candidate_ids = candidates.ids[scored.candidate_index].tolist()
    job_ids = jobs.ids[scored.job_index].tolist()
    rows = np.array(
        [
            row
            for row, ids in enumerate(zip(candidate_ids, job_ids, strict=True))
            if Pair(*ids) in pairs
        ],
        np.int64,
    )
    return scored.take(rows)
