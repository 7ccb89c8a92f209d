"""Years of experience against the years a posting asks for."""

from typing import Any

import numpy as np
import numpy.typing as npt

OVERQUALIFIED_POINTS_PER_YEAR = 4.0
OVERQUALIFIED_FLOOR_PERCENT = 60.0

FloatArray = npt.NDArray[np.floating[Any]]


def experience_scores(years: FloatArray, minimum: FloatArray, maximum: FloatArray) -> FloatArray:
    """Score years of experience.

    Below the minimum the score is ``100 · ((years + 1) / (minimum + 1))²``: one year short costs
    less the more is asked for, and having none of many years earns next to nothing. From the
    minimum to the maximum it is 100. Above the maximum it falls by 4 points a year, to no less
    than 60: too much experience is a doubt, not a defect.

    Args:
        years: Years the candidate has; NaN when unknown. The arguments broadcast.
        minimum: Years asked for at least; NaN for none.
        maximum: Years asked for at most; NaN for no upper end.

    Returns:
        Scores 0–100; NaN where the posting asks for nothing or the years are unknown.
    """
    low = np.where(np.isnan(minimum), np.zeros_like(minimum), minimum)
    high = np.where(np.isnan(maximum), np.full_like(maximum, np.inf), maximum)
    share = np.minimum((years + 1) / (low + 1), 1)
    surplus = np.maximum(years - high, 0)
    decay = np.maximum(100 - OVERQUALIFIED_POINTS_PER_YEAR * surplus, OVERQUALIFIED_FLOOR_PERCENT)
    scores = np.where(years > high, decay, 100 * share * share)
    return np.where(np.isnan(minimum) & np.isnan(maximum), np.nan, scores).astype(
        scores.dtype, copy=False
    )
