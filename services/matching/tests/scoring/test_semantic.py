import numpy as np
import pytest
from blacklight_matching.scoring.semantic import semantic_scores
from blacklight_shared.matching import SemanticCalibration
from hypothesis import given
from hypothesis import strategies as st

CALIBRATION = SemanticCalibration(unrelated_cosine=0.1, same_cosine=0.7)
cosines = st.floats(-1, 1)


def score(cosine: float) -> float:
    return float(semantic_scores(np.array(cosine), CALIBRATION))


class TestSemanticScores:
    @pytest.mark.parametrize(
        ("cosine", "expected"), [(-1, 0), (0.1, 0), (0.4, 50), (0.7, 100), (1, 100)]
    )
    def test_stretches_the_span_of_the_model(self, cosine: float, expected: float) -> None:
        assert score(cosine) == pytest.approx(expected)

    @given(cosines, cosines)
    def test_more_alike_is_never_worse(self, one: float, other: float) -> None:
        assert 0 <= score(min(one, other)) <= score(max(one, other)) <= 100

    def test_a_missing_embedding_is_not_compared(self) -> None:
        assert np.isnan(score(float("nan")))
