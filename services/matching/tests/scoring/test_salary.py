from datetime import date

import numpy as np
import pytest
from blacklight_matching.scoring import (
    REFERENCE_RATES,
    ExchangeRates,
    UnknownCurrencyError,
    usd_per_year,
)
from blacklight_matching.scoring.salary import PERIODS_PER_YEAR, salary_scores
from blacklight_shared.work_terms import SalaryPeriod
from hypothesis import given
from hypothesis import strategies as st

NONE = float("nan")
pay = st.floats(1000, 1_000_000)


def score(expected: float, low: float, high: float) -> float:
    return float(salary_scores(np.array(expected), np.array(low), np.array(high)))


class TestSalaryScores:
    @pytest.mark.parametrize(
        ("expected", "low", "high", "percent"),
        [
            (90_000, 80_000, 100_000, 100),
            (100_000, 80_000, 100_000, 100),
            (110_000, 80_000, 100_000, 80),
            (125_000, NONE, 100_000, 50),
            (150_000, NONE, 100_000, 0),
            (88_000, 80_000, NONE, 80),
            (0, 80_000, NONE, 100),
        ],
    )
    def test_scores_as_documented(
        self, expected: float, low: float, high: float, percent: float
    ) -> None:
        assert score(expected, low, high) == pytest.approx(percent)

    @given(pay, pay, pay)
    def test_stays_within_bounds(self, expected: float, one: float, other: float) -> None:
        assert 0 <= score(expected, min(one, other), max(one, other)) <= 100

    @given(pay, pay, pay)
    def test_wanting_more_never_helps(self, one: float, other: float, top: float) -> None:
        assert score(min(one, other), NONE, top) >= score(max(one, other), NONE, top)

    @given(pay, pay, pay)
    def test_paying_more_never_hurts(self, expected: float, one: float, other: float) -> None:
        assert score(expected, NONE, min(one, other)) <= score(expected, NONE, max(one, other))

    @given(pay, pay)
    def test_saying_nothing_about_the_top_never_helps_a_posting(
        self, expected: float, low: float
    ) -> None:
        assert score(expected, low, NONE) <= score(expected, low, low * 1.2)

    @given(pay)
    def test_nothing_is_compared_when_a_side_is_silent(self, amount: float) -> None:
        assert np.isnan(score(NONE, amount, amount))
        assert np.isnan(score(amount, NONE, NONE))


class TestUsdPerYear:
    @pytest.mark.parametrize(
        ("amount", "period"), [(50, "hour"), (400, "day"), (2000, "week"), (104_000 / 12, "month")]
    )
    def test_the_same_pay_in_other_periods_is_the_same(self, amount: float, period: str) -> None:
        yearly = usd_per_year(104_000, "USD", SalaryPeriod.YEAR)
        assert usd_per_year(amount, "USD", SalaryPeriod(period)) == pytest.approx(yearly)

    @given(pay, st.sampled_from(sorted(REFERENCE_RATES.usd_per_unit)))
    def test_the_same_pay_in_another_currency_is_the_same(
        self, dollars: float, currency: str
    ) -> None:
        amount = dollars / REFERENCE_RATES.usd_per_unit[currency]
        for code in (currency, currency.lower()):
            converted = usd_per_year(amount, code, SalaryPeriod.YEAR)
            assert converted == pytest.approx(dollars)

    def test_every_period_is_known(self) -> None:
        assert set(PERIODS_PER_YEAR) == set(SalaryPeriod)

    def test_names_the_currency_it_does_not_know(self) -> None:
        with pytest.raises(UnknownCurrencyError, match="currency: no exchange rate for 'XXX'"):
            usd_per_year(1, "XXX", SalaryPeriod.YEAR)


class TestExchangeRates:
    def test_an_override_replaces_and_adds(self) -> None:
        rates = REFERENCE_RATES.with_overrides({"eur": 2.0, "XTS": 3.0}, date(2030, 1, 1))
        assert rates.as_of == date(2030, 1, 1)
        assert usd_per_year(10, "EUR", SalaryPeriod.YEAR, rates) == 20
        assert usd_per_year(10, "XTS", SalaryPeriod.YEAR, rates) == 30
        assert usd_per_year(10, "USD", SalaryPeriod.YEAR, rates) == 10

    @pytest.mark.parametrize("rate", [0.0, -1.0, NONE, float("inf")])
    def test_refuses_a_rate_that_is_none(self, rate: float) -> None:
        with pytest.raises(ValueError, match="usd_per_unit: the rate of EUR must be above 0"):
            ExchangeRates(as_of=date(2030, 1, 1), usd_per_unit={"EUR": rate})
