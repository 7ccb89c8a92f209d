"""Similarity of the texts as a score."""

from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_shared.matching import SemanticCalibration

FloatArray = npt.NDArray[np.floating[Any]]


def semantic_scores(cosines: FloatArray, calibration: SemanticCalibration) -> FloatArray:
    """Score cosine similarities of two texts' embeddings.

    Raw cosines fill only a part of -1 to 1, and which part depends on the model. The span from
    "unrelated" to "the same work" is stretched evenly over 0–100.

    Args:
        cosines: Cosine similarities, -1 to 1; NaN where an embedding is missing.
        calibration: The ends of the span.

    Returns:
        Scores 0–100; NaN where the cosine is.
    """
    span = calibration.same_cosine - calibration.unrelated_cosine
    return np.asarray(100 * np.clip((cosines - calibration.unrelated_cosine) / span, 0, 1))
