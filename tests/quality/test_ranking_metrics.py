from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.quality.ranking_metrics import (
    average_precision,
    kendall_tau,
    ndcg,
    reciprocal_rank,
)

score_lists = st.lists(st.integers(0, 5), min_size=1, max_size=8)


class TestAveragePrecision:
    @pytest.mark.parametrize(
        ("relevant", "expected"),
        [
            ([1, 0, 0], 1),
            ([0, 0, 1], 1 / 3),
            ([1, 0, 1, 0, 1], (1 + 2 / 3 + 3 / 5) / 3),
            ([0, 0], 0),
        ],
    )
    def test_is_the_mean_precision_at_what_is_relevant(
        self, relevant: list[int], expected: float
    ) -> None:
        assert average_precision(np.array(relevant, np.bool_)) == pytest.approx(expected)


class TestReciprocalRank:
    @pytest.mark.parametrize(("relevant", "expected"), [([0, 1, 1], 0.5), ([1], 1), ([0, 0], 0)])
    def test_looks_at_the_first_only(self, relevant: list[int], expected: float) -> None:
        assert reciprocal_rank(np.array(relevant, np.bool_)) == expected


class TestNdcg:
    def test_of_a_ranking_that_swaps_the_best_two(self) -> None:
        got = 1 + 2 / np.log2(3) + 0
        best = 2 + 1 / np.log2(3) + 0
        assert ndcg(np.array([2.0, 3.0, 1.0]), np.array([2.0, 1.0, 0.0])) == pytest.approx(
            got / best
        )

    def test_equal_scores_share_their_gains(self) -> None:
        gains = np.array([2.0, 1.0, 0.0])
        either_way = [ndcg(np.array(order), gains) for order in ([2.0, 1.0, 0.0], [1.0, 2.0, 0.0])]
        assert ndcg(np.array([1.0, 1.0, 0.0]), gains) == pytest.approx(np.mean(either_way))

    def test_nothing_to_gain_is_all_gained(self) -> None:
        assert ndcg(np.array([1.0, 2.0]), np.zeros(2)) == 1

    @given(score_lists)
    def test_is_best_for_the_order_of_the_gains(self, gains: list[int]) -> None:
        worth = np.array(gains, np.float64)
        assert ndcg(worth, worth) == pytest.approx(1)
        assert ndcg(-worth, worth) <= 1 + 1e-9


class TestKendallTau:
    @pytest.mark.parametrize(
        ("one", "other", "expected"),
        [
            ([1, 2, 3], [10, 20, 30], 1),
            ([1, 2, 3], [3, 2, 1], -1),
            ([1, 2, 3, 4], [1, 2, 4, 3], 4 / 6),
            ([1, 1, 2], [1, 2, 3], 2 / np.sqrt(6)),
            ([1, 1], [1, 2], 0),
        ],
    )
    def test_counts_pairs(self, one: list[int], other: list[int], expected: float) -> None:
        assert kendall_tau(np.array(one), np.array(other)) == pytest.approx(expected)

    @given(score_lists, st.randoms())
    def test_is_symmetric_and_turns_with_an_order(self, one: list[int], random: Random) -> None:
        scores, other = np.array(one), np.array(random.sample(one, len(one)))
        assert kendall_tau(scores, other) == pytest.approx(kendall_tau(other, scores))
        assert kendall_tau(scores, -other) == pytest.approx(-kendall_tau(scores, other))
