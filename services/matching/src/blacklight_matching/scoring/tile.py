"""Scores a tile, candidates by postings, and prunes it without changing the result.

First the whole tile is scored without the texts, in float32. Where even a perfect similarity of the
texts could not lift a pair to the threshold, the pair is dropped before its vectors are touched.
The similarities narrow the rest down to about the pairs that will be kept. Those are scored again
in float64 by the same formulas, and that alone decides.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_shared.matching import MatchingConfig

from blacklight_matching.scoring.combine import combine, to_hundredths
from blacklight_matching.scoring.experience import experience_scores
from blacklight_matching.scoring.features import CandidateFeatures, JobFeatures
from blacklight_matching.scoring.location import location_scores
from blacklight_matching.scoring.pairs import ScoredPairs
from blacklight_matching.scoring.ragged import Ragged
from blacklight_matching.scoring.salary import salary_scores
from blacklight_matching.scoring.semantic import semantic_scores
from blacklight_matching.scoring.skills import matched_importance, skill_scores

BOUND_SLACK_PERCENT = 0.05
"""More than float32 and rounding to hundredths can move a total."""

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class TileScorer:
    """Scores tiles of one block.

    Attributes:
        candidates: The candidates of the block.
        jobs: The postings of the block.
        config: The settings of the candidates' tenant.
    """

    candidates: CandidateFeatures
    jobs: JobFeatures
    config: MatchingConfig

    def score(self, candidate_rows: Rows, job_rows: Rows) -> ScoredPairs:
        """Score every candidate of a tile against every posting of it.

        Args:
            candidate_rows: Rows of the candidates.
            job_rows: Rows of the postings.

        Returns:
            The pairs at or above the store threshold.
        """
        skills = self.jobs.skills
        has = skills.membership(self.candidates.skills.take(candidate_rows))
        matched = matched_importance(has, skills, job_rows)
        bounds = self._bounds(candidate_rows, job_rows, matched)
        across, down = np.nonzero(bounds.reachable(self._lowest))
        cosines = self._cosines(candidate_rows, job_rows, across, down)
        similar = semantic_scores(cosines, self.config.semantic)
        likely = bounds.reached(across, down, similar, self._lowest)
        across, down = across[likely], down[likely]
        return self._decide(
            candidate_rows[across],
            job_rows[down],
            matched[across, down],
            cosines[likely],
            has[across],
        )

    @property
    def _lowest(self) -> float:
        return self.config.store_threshold - BOUND_SLACK_PERCENT

    def _bounds(self, candidate_rows: Rows, job_rows: Rows, matched: FloatArray) -> "_Bounds":
        weights = self.config.weights
        candidate, job = candidate_rows[:, None], job_rows[None, :]
        facts = self._fact_scores(candidate, job, matched, np.float32)
        earned = np.zeros(matched.shape, np.float32)
        for weight, scores in zip(weights.as_tuple(), facts, strict=False):
            earned += weight * np.fmax(scores, 0)
        demanded = (
            weights.skills
            + weights.experience * self.jobs.asks_experience
            + weights.location * self.jobs.asks_location
        ).astype(np.float32)
        paid = self.candidates.expects_salary[candidate] & self.jobs.offers_salary[job]
        texts = self.candidates.embeddings.present[candidate] & self.jobs.embeddings.present[job]
        semantic_weight = texts * np.float32(weights.semantic)
        return _Bounds(
            earned=earned,
            semantic_weight=semantic_weight,
            counting=demanded[job] + paid * np.float32(weights.salary) + semantic_weight,
        )

    def _fact_scores(
        self, candidate: Rows, job: Rows, matched: FloatArray, dtype: npt.DTypeLike
    ) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Skills, experience, location and salary of pairs given by rows that broadcast."""
        seekers, jobs = self.candidates, self.jobs

        def exact(column: FloatArray, rows: Rows) -> FloatArray:
            return column[rows].astype(dtype, copy=False)

        return (
            skill_scores(
                matched.astype(dtype, copy=False),
                jobs.skills.total_importance[job],
                seekers.states_skills[candidate],
            ),
            experience_scores(
                exact(seekers.years_experience, candidate),
                exact(jobs.min_years, job),
                exact(jobs.max_years, job),
            ),
            location_scores(
                seekers.places[candidate].astype(dtype),
                seekers.accepted_modes[candidate],
                seekers.relocates[candidate],
                jobs.places[job].astype(dtype),
                jobs.work_mode[job],
            ),
            salary_scores(
                exact(seekers.salary_expected_usd_year, candidate),
                exact(jobs.salary_min_usd_year, job),
                exact(jobs.salary_max_usd_year, job),
            ),
        )

    def _cosines(
        self, candidate_rows: Rows, job_rows: Rows, across: Rows, down: Rows
    ) -> FloatArray:
        """Cosine similarities of pairs given by their place in the tile."""
        left, right = self.candidates.embeddings, self.jobs.embeddings
        if not (left.dimension and right.dimension and across.size):
            return np.full(across.size, np.nan)
        used_rows, at_row = _renumbered(across, candidate_rows.size)
        used_columns, at_column = _renumbered(down, job_rows.size)
        dots = left.dots(candidate_rows[used_rows], right, job_rows[used_columns])
        lengths = left.squared_lengths[candidate_rows[across]].astype(np.float64)
        lengths *= right.squared_lengths[job_rows[down]]
        return np.asarray(
            dots[at_row, at_column] / np.where(lengths > 0, np.sqrt(lengths), np.nan), np.float64
        )

    def _decide(
        self,
        candidate_rows: Rows,
        job_rows: Rows,
        matched: FloatArray,
        cosines: FloatArray,
        has: npt.NDArray[np.uint8],
    ) -> ScoredPairs:
        facts = self._fact_scores(candidate_rows, job_rows, matched, np.float64)
        semantic = semantic_scores(cosines, self.config.semantic)
        sub_scores = to_hundredths(np.stack([*facts, semantic]))
        totals = combine(sub_scores, self._demanded(job_rows), self.config)
        kept = np.flatnonzero(totals.has_evidence & (totals.total >= self.config.store_threshold))
        matched_skills, missing_skills = self._skill_lists(job_rows[kept], has, kept)
        return ScoredPairs(
            candidate_index=candidate_rows[kept],
            job_index=job_rows[kept],
            total=totals.total[kept].astype(np.float32),
            sub_scores=sub_scores[:, kept].T.astype(np.float32, order="C"),
            weights=totals.weights[:, kept].T.astype(np.float32, order="C"),
            matched_skills=matched_skills,
            missing_skills=missing_skills,
        )

    def _demanded(self, job_rows: Rows) -> BoolArray:
        jobs = self.jobs
        always, never = np.ones(len(job_rows), np.bool_), np.zeros(len(job_rows), np.bool_)
        return np.stack(
            [
                always,
                jobs.asks_experience[job_rows],
                jobs.asks_location[job_rows],
                never,
                never,
            ]
        )

    def _skill_lists(
        self, job_rows: Rows, has: npt.NDArray[np.uint8], has_rows: Rows
    ) -> tuple[Ragged, Ragged]:
        skills = self.jobs.skills
        positions = skills.lists.positions(job_rows)
        asked = Ragged(positions.indptr, skills.skill_ids[positions.values])
        holder = np.repeat(has_rows, asked.lengths)
        is_matched = has[holder, skills.columns[positions.values]].astype(np.bool_)
        return asked.where(is_matched), asked.where(~is_matched)


@dataclass(frozen=True, eq=False)
class _Bounds:
    """What the pairs of a tile have earned without their texts; float32 tables.

    Attributes:
        earned: Σ base weight · score of skills, experience, location and salary.
        semantic_weight: Base weight of the semantic category where it counts, else 0.
        counting: Σ base weight of the categories that count.
    """

    earned: FloatArray
    semantic_weight: FloatArray
    counting: FloatArray

    def reachable(self, lowest_percent: float) -> BoolArray:
        """Where the total could reach a score if the texts were alike."""
        best = self.earned + 100 * self.semantic_weight
        return np.asarray(best >= lowest_percent * self.counting)

    def reached(
        self, across: Rows, down: Rows, semantic: FloatArray, lowest_percent: float
    ) -> BoolArray:
        """Which of some pairs reach a score with their texts' similarity."""
        by_texts = self.semantic_weight[across, down] * np.fmax(semantic, 0)
        total = self.earned[across, down] + by_texts
        return np.asarray(total >= lowest_percent * self.counting[across, down])


def _renumbered(numbers: Rows, size: int) -> tuple[Rows, Rows]:
    """The distinct numbers below ``size``, and the place of each number among them."""
    seen = np.zeros(size, np.bool_)
    seen[numbers] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[numbers]
