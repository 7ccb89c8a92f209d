"""From five sub-scores to one total: which categories count, and how much."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_shared.matching import MatchingConfig

MINIMUM_FACTS = 2
"""Of skills, years, country and salary expectation, how many a profile must state to be matched."""

_EVIDENCE_TOLERANCE = 1e-9

FloatArray = npt.NDArray[np.floating[Any]]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Totals:
    """Pairs put together, n of them.

    Attributes:
        total: float64[n], 0–100, two decimals.
        weights: float64[5, n], the weights applied; each column adds up to 1, or is all 0 when no
            category counts.
        has_evidence: bool[n], whether enough of the base weight was compared.
    """

    total: FloatArray
    weights: FloatArray
    has_evidence: BoolArray


def combine(sub_scores: FloatArray, demanded: BoolArray, config: MatchingConfig) -> Totals:
    """Put sub-scores together.

    A category counts when there is something to compare, and also when the posting demands it
    and there is nothing: then it earns nothing, so leaving something out never pays. Every posting
    demands skills, named or not; experience and a place it demands by naming them. Categories that
    do not count give their weight to the others in proportion:
    ``weight = base weight / Σ base weights that count``.

    Args:
        sub_scores: float64[5, n], 0–100, two decimals, in the order of ``CATEGORIES``; NaN where
            there is nothing to compare.
        demanded: bool[5, n], whether the posting demands the category.
        config: Base weights and the evidence needed.

    Returns:
        The totals, in the order of the pairs.
    """
    base = np.array(config.weights.as_tuple())[:, None]
    compared = ~np.isnan(sub_scores)
    counting = base * (compared | demanded)
    sums = counting.sum(axis=0)
    weights = np.divide(counting, sums, out=np.zeros_like(counting), where=sums > 0)
    total = (weights * np.where(compared, sub_scores, 0)).sum(axis=0)
    evidence = (base * compared).sum(axis=0)
    return Totals(
        total=to_hundredths(total),
        weights=weights,
        has_evidence=evidence >= config.minimum_evidence - _EVIDENCE_TOLERANCE,
    )


def to_hundredths(percents: FloatArray) -> FloatArray:
    """Round to two decimals, the precision scores are stored and compared in."""
    return np.asarray(np.rint(percents * 100) / 100)
