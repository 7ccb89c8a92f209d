import numpy as np
import pytest
from blacklight_matching.scoring.combine import Totals, combine
from blacklight_shared.matching import MatchingConfig
from hypothesis import given
from hypothesis import strategies as st

NONE = float("nan")
REQUIREMENTS = [True, True, True, False, False]
percents = st.floats(0, 100).map(lambda value: round(value, 2))


def put_together(
    scores: list[float],
    demanded: list[bool] = REQUIREMENTS,
    config: MatchingConfig = MatchingConfig(),  # noqa: B008 - immutable
) -> Totals:
    return combine(np.array([scores]).T, np.array([demanded]).T, config)


class TestCombine:
    def test_all_categories_count_by_their_base_weights(self) -> None:
        totals = put_together([80, 100, 50, 60, 40])
        assert totals.total[0] == pytest.approx(0.4 * 80 + 25 + 7.5 + 6 + 4)
        assert totals.weights[:, 0].tolist() == pytest.approx([0.4, 0.25, 0.15, 0.1, 0.1])

    def test_what_cannot_be_compared_gives_its_weight_to_the_others(self) -> None:
        totals = put_together([80, 100, 50, NONE, NONE])
        assert totals.weights[:, 0].tolist() == pytest.approx([0.5, 0.3125, 0.1875, 0, 0])
        assert totals.total[0] == pytest.approx(40 + 31.25 + 9.375, abs=0.006)

    def test_a_demand_that_the_profile_is_silent_on_keeps_its_weight(self) -> None:
        totals = put_together([80, NONE, 50, NONE, 40])
        assert totals.weights[:, 0].tolist() == pytest.approx([4 / 9, 2.5 / 9, 1.5 / 9, 0, 1 / 9])
        assert totals.total[0] == pytest.approx((32 + 7.5 + 4) / 0.9, abs=0.006)

    def test_half_of_the_base_weight_must_have_evidence(self) -> None:
        nothing_asked = [False] * 5
        assert put_together([100, NONE, NONE, NONE, 100], nothing_asked).has_evidence[0]
        assert not put_together([100, NONE, NONE, NONE, NONE], nothing_asked).has_evidence[0]
        assert put_together([NONE, 100, 100, 100, NONE], nothing_asked).has_evidence[0]
        assert not put_together([NONE, 100, 100, NONE, NONE], nothing_asked).has_evidence[0]

    def test_nothing_at_all_is_no_match(self) -> None:
        totals = put_together([NONE] * 5, [False] * 5)
        assert totals.total[0] == 0
        assert totals.weights[:, 0].tolist() == [0] * 5
        assert not totals.has_evidence[0]

    def test_the_worked_example_of_the_documentation(self) -> None:
        totals = put_together([62.5, 56.25, 100, NONE, 70])
        assert totals.total[0] == 67.85
        with_a_third_year = put_together([62.5, 100, 100, NONE, 70])
        assert with_a_third_year.total[0] == 80

    @given(
        st.lists(percents | st.just(NONE), min_size=5, max_size=5),
        st.lists(st.booleans(), min_size=5, max_size=5),
    )
    def test_the_total_lies_within_the_scores(
        self, scores: list[float], demanded: list[bool]
    ) -> None:
        totals = put_together(scores, demanded)
        counted = [score for score in scores if not np.isnan(score)]
        assert 0 <= totals.total[0] <= max(counted, default=0) + 0.005
        if counted:
            assert totals.weights[:, 0].sum() == pytest.approx(1)

    @given(st.lists(percents, min_size=5, max_size=5), st.integers(0, 4), percents)
    def test_a_better_score_is_never_a_worse_total(
        self, scores: list[float], category: int, other: float
    ) -> None:
        better = [*scores]
        better[category] = max(scores[category], other)
        assert put_together(better).total[0] >= put_together(scores).total[0]
