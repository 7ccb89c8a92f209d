from typing import Any

import numpy as np
import pytest
from blacklight_matching.scoring.experience import OVERQUALIFIED_FLOOR_PERCENT, experience_scores
from hypothesis import given
from hypothesis import strategies as st

NONE = float("nan")
years = st.floats(0, 60)


def score(have: float, low: float = NONE, high: float = NONE) -> float:
    return float(experience_scores(*(np.array(years, np.float64) for years in (have, low, high))))


class TestExperienceScores:
    @pytest.mark.parametrize(
        ("have", "low", "high", "expected"),
        [
            (5, 3, NONE, 100),
            (5, 3, 5, 100),
            (2, NONE, 3, 100),
            (0, 1, NONE, 25),
            (2, 3, NONE, 56.25),
            (8, 3, 5, 88),
            (40, 3, 5, 60),
        ],
    )
    def test_scores_as_documented(
        self, have: float, low: float, high: float, expected: float
    ) -> None:
        assert score(have, low, high) == pytest.approx(expected)

    @given(years, years, st.floats(0, 20))
    def test_stays_within_bounds(self, have: float, low: float, width: float) -> None:
        assert 0 <= score(have, low, low + width) <= 100

    @given(years, years, years)
    def test_more_years_never_hurt_up_to_the_maximum(
        self, one: float, other: float, high: float
    ) -> None:
        less, more = sorted((min(one, high), min(other, high)))
        assert score(less, high / 2, high) <= score(more, high / 2, high)
        assert score(less, high) <= score(more, high)

    @given(years, years, years)
    def test_more_years_never_help_above_the_maximum(
        self, one: float, other: float, high: float
    ) -> None:
        less, more = sorted((high + one, high + other))
        assert score(less, NONE, high) >= score(more, NONE, high) >= OVERQUALIFIED_FLOOR_PERCENT

    @given(years, years, years)
    def test_asking_for_more_never_helps(self, have: float, one: float, other: float) -> None:
        assert score(have, min(one, other)) >= score(have, max(one, other))

    @given(years)
    def test_nothing_is_compared_when_a_side_is_silent(self, number: float) -> None:
        assert np.isnan(score(number))
        assert np.isnan(score(NONE, number, number))

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_broadcasts_and_keeps_the_type(self, dtype: Any) -> None:
        have = np.array([[1], [NONE]], dtype)
        scores = experience_scores(
            have, np.array([1, 5, NONE], dtype), np.array([NONE, 6, NONE], dtype)
        )
        assert scores.shape == (2, 3)
        assert scores.dtype == dtype
        assert np.isnan(scores[1]).all()
