"""The least a candidate wants against what a posting pays."""

from typing import Any

import numpy as np
import numpy.typing as npt
from blacklight_shared.work_terms import SalaryPeriod

from blacklight_matching.scoring.currency import REFERENCE_RATES, ExchangeRates

PERIODS_PER_YEAR: dict[SalaryPeriod, float] = {
    SalaryPeriod.HOUR: 40.0 * 52,
    SalaryPeriod.DAY: 5.0 * 52,
    SalaryPeriod.WEEK: 52.0,
    SalaryPeriod.MONTH: 12.0,
    SalaryPeriod.YEAR: 1.0,
}
"""Full-time: 40 hours and 5 days a week, 52 paid weeks a year."""

TOLERATED_EXCESS = 0.5
"""Share by which an expectation may exceed the pay before nothing is left of the score."""

FloatArray = npt.NDArray[np.floating[Any]]


def salary_scores(expected: FloatArray, minimum: FloatArray, maximum: FloatArray) -> FloatArray:
    """Score a salary expectation.

    An expectation up to the top of the range scores 100. Above it the score falls evenly, to 0 when
    the expectation is half as much again as the top. A range with no top counts as its bottom:
    more may be paid, but only that much is promised.

    Args:
        expected: The least the candidate wants; NaN when unknown. The arguments broadcast; all are
            in one currency and for one period.
        minimum: Bottom of the range paid; NaN when not stated.
        maximum: Top of the range paid; NaN when not stated.

    Returns:
        Scores 0–100; NaN where the pay or the expectation is unknown.
    """
    top = np.where(np.isnan(maximum), minimum, maximum)
    excess = expected / top - 1
    return np.asarray(100 * np.clip(1 - excess / TOLERATED_EXCESS, 0, 1))


def usd_per_year(
    amount: float, currency: str, period: SalaryPeriod, rates: ExchangeRates = REFERENCE_RATES
) -> float:
    """Put an amount of pay into the common measure, US dollars a year.

    Args:
        amount: In units of ``currency`` per ``period``.
        currency: ISO 4217 code.
        period: What the amount is paid for.
        rates: Exchange rates.

    Raises:
        UnknownCurrencyError: There is no rate for the currency.
    """
    return rates.to_usd(amount, currency) * PERIODS_PER_YEAR[period]
