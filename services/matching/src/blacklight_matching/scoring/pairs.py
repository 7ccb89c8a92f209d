"""What scoring gives back: the pairs worth storing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_shared.matching import CATEGORIES

from blacklight_matching.scoring.ragged import Ragged, offsets

FloatArray = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, eq=False, kw_only=True)
class ScoredPairs:
    """Pairs of a candidate and a posting that reach the store threshold, n of them.

    Attributes:
        candidate_index: int64[n], rows of the ``CandidateFeatures``.
        job_index: int64[n], rows of the ``JobFeatures``.
        total: float32[n], 0–100, two decimals.
        sub_scores: float32[n, 5], 0–100, two decimals, in the order of ``CATEGORIES``; NaN where
            there was nothing to compare.
        weights: float32[n, 5], the weights applied, each row adding up to 1.
        matched_skills: Skill ids asked for that the candidate has, required ones first.
        missing_skills: Skill ids asked for that the candidate lacks, required ones first.
    """

    candidate_index: npt.NDArray[np.int64]
    job_index: npt.NDArray[np.int64]
    total: FloatArray
    sub_scores: FloatArray
    weights: FloatArray
    matched_skills: Ragged
    missing_skills: Ragged

    def __len__(self) -> int:
        return len(self.total)

    def take(self, rows: npt.NDArray[np.int64]) -> "ScoredPairs":
        """Some of the pairs, in the order of ``rows``."""
        return ScoredPairs(
            candidate_index=self.candidate_index[rows],
            job_index=self.job_index[rows],
            total=self.total[rows],
            sub_scores=self.sub_scores[rows],
            weights=self.weights[rows],
            matched_skills=self.matched_skills.take(rows),
            missing_skills=self.missing_skills.take(rows),
        )

    @classmethod
    def concatenate(cls, parts: Sequence["ScoredPairs"]) -> "ScoredPairs":
        """Join parts into one, in their order."""
        if not parts:
            return _NO_PAIRS
        return cls(
            candidate_index=np.concatenate([part.candidate_index for part in parts]),
            job_index=np.concatenate([part.job_index for part in parts]),
            total=np.concatenate([part.total for part in parts]),
            sub_scores=np.concatenate([part.sub_scores for part in parts]),
            weights=np.concatenate([part.weights for part in parts]),
            matched_skills=_joined([part.matched_skills for part in parts]),
            missing_skills=_joined([part.missing_skills for part in parts]),
        )


def _joined(parts: Sequence[Ragged]) -> Ragged:
    lengths = np.concatenate([part.lengths for part in parts])
    return Ragged(offsets(lengths), np.concatenate([part.values for part in parts]))


_NO_LISTS = Ragged(np.zeros(1, np.int64), np.zeros(0, np.int32))
_NO_PAIRS = ScoredPairs(
    candidate_index=np.zeros(0, np.int64),
    job_index=np.zeros(0, np.int64),
    total=np.zeros(0, np.float32),
    sub_scores=np.zeros((0, len(CATEGORIES)), np.float32),
    weights=np.zeros((0, len(CATEGORIES)), np.float32),
    matched_skills=_NO_LISTS,
    missing_skills=_NO_LISTS,
)
