import pytest
from blacklight_shared.matching import Grade, GradeLimits, grade
from hypothesis import given
from hypothesis import strategies as st


class TestGrade:
    @pytest.mark.parametrize(
        ("score", "letter"),
        [
            (100, "A+"),
            (90, "A+"),
            (89.99, "A"),
            (80, "A"),
            (79.99, "B"),
            (70, "B"),
            (60, "C"),
            (50, "D"),
            (49.99, None),
            (0, None),
        ],
    )
    def test_limits_belong_to_the_better_grade(self, score: float, letter: str | None) -> None:
        assert grade(score) == letter

    def test_a_tenant_sets_its_own_limits(self) -> None:
        limits = GradeLimits(a_plus=99, a=98, b=97, c=96, d=5)
        assert grade(95, limits) is Grade.D

    @given(st.floats(50, 100), st.floats(50, 100))
    def test_a_better_score_is_never_a_worse_grade(self, one: float, other: float) -> None:
        letters = list(Grade)
        better, worse = grade(max(one, other)), grade(min(one, other))
        assert better is not None
        assert worse is not None
        assert letters.index(better) <= letters.index(worse)

    @pytest.mark.parametrize("score", [-0.01, 100.01, float("nan")])
    def test_refuses_what_is_no_score(self, score: float) -> None:
        with pytest.raises(ValueError, match="score_percent must be from 0 to 100"):
            grade(score)
