"""Scores all eligible pairs of a block of candidates and a block of postings."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from blacklight_shared.matching import MatchingConfig

from blacklight_matching.scoring.combine import MINIMUM_FACTS
from blacklight_matching.scoring.features import CandidateFeatures, JobFeatures
from blacklight_matching.scoring.pairs import ScoredPairs
from blacklight_matching.scoring.tile import TileScorer

PAIRS_PER_TILE = 1 << 18
"""A float32 table of a tile is 1 MiB, so the few in use at once stay in the processor's cache."""
CANDIDATES_PER_TILE = 256
JOBS_PER_TILE = 1 << 16
"""What the first postings give can be stored while the rest are scored."""

BoolArray = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


def score_block(
    candidates: CandidateFeatures,
    jobs: JobFeatures,
    config: MatchingConfig,
    *,
    visible_jobs: BoolArray | None = None,
) -> ScoredPairs:
    """Score every eligible pair of a block.

    A pair is eligible when the posting's role is one of the candidate's and the profile states at
    least ``MINIMUM_FACTS`` facts. Needs memory for one tile and for what it returns.

    Args:
        candidates: Candidates of one tenant.
        jobs: Postings.
        config: The tenant's settings.
        visible_jobs: bool[n], the postings the tenant may see; all when None.

    Returns:
        The pairs at or above the store threshold, grouped by role.

    Raises:
        ValueError: The embeddings of the two sides have different dimensions, or ``visible_jobs``
            has another length than ``jobs``.
    """
    return ScoredPairs.concatenate(
        list(score_tiles(candidates, jobs, config, visible_jobs=visible_jobs))
    )


def score_tiles(
    candidates: CandidateFeatures,
    jobs: JobFeatures,
    config: MatchingConfig,
    *,
    visible_jobs: BoolArray | None = None,
) -> Iterator[ScoredPairs]:
    """Score a block tile by tile, for callers that store results as they come.

    Args:
        candidates: As for ``score_block``.
        jobs: As for ``score_block``.
        config: As for ``score_block``.
        visible_jobs: As for ``score_block``.

    Yields:
        The kept pairs of one tile, at most ``PAIRS_PER_TILE``.

    Raises:
        ValueError: As for ``score_block``.
    """
    _require_comparable(candidates, jobs)
    visible = np.ones(len(jobs), np.bool_) if visible_jobs is None else visible_jobs
    if len(visible) != len(jobs):
        raise ValueError(f"visible_jobs must have {len(jobs)} rows, it has {len(visible)}")
    scorer = TileScorer(candidates, jobs, config)
    for candidate_rows, job_rows in _eligible_rows(candidates, jobs, visible):
        for some_candidates in _slices(candidate_rows, CANDIDATES_PER_TILE):
            size = min(PAIRS_PER_TILE // some_candidates.size, JOBS_PER_TILE)
            for some_jobs in _slices(job_rows, size):
                yield scorer.score(some_candidates, some_jobs)


def _require_comparable(candidates: CandidateFeatures, jobs: JobFeatures) -> None:
    left, right = candidates.embeddings.dimension, jobs.embeddings.dimension
    if left and right and left != right:
        raise ValueError(
            f"embeddings must have one dimension, candidates have {left} and postings {right}"
        )


def _eligible_rows(
    candidates: CandidateFeatures, jobs: JobFeatures, visible: BoolArray
) -> Iterator[tuple[Rows, Rows]]:
    """The candidates and postings of each role that both sides have.

    A posting has one role and a candidate each role once, so no pair comes twice.
    """
    says_enough = candidates.facts_stated >= MINIMUM_FACTS
    seekers, openings = candidates.rows_by_role, jobs.rows_by_role
    _, at_seekers, at_openings = np.intersect1d(
        seekers.roles, openings.roles, assume_unique=True, return_indices=True
    )
    for seeker, opening in zip(at_seekers, at_openings, strict=True):
        candidate_rows, job_rows = seekers.rows.row(seeker), openings.rows.row(opening)
        candidate_rows = candidate_rows[says_enough[candidate_rows]]
        job_rows = job_rows[visible[job_rows]]
        if candidate_rows.size:
            yield candidate_rows, job_rows


def _slices(rows: Rows, size: int) -> Iterator[Rows]:
    for start in range(0, rows.size, size):
        yield rows[start : start + size]
