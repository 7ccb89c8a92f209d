"""Exchange rates for comparing pay, good to a few percent and fixed in time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from math import isfinite
from types import MappingProxyType


class UnknownCurrencyError(ValueError):
    """An amount is in a currency that there is no rate for."""

    def __init__(self, currency: str) -> None:
        super().__init__(
            f"currency: no exchange rate for {currency!r}; give an ISO 4217 code with a known rate"
        )


@dataclass(frozen=True, slots=True)
class ExchangeRates:
    """What one unit of each currency is worth.

    Fixed rates keep scores reproducible: the same pair scores the same tomorrow. Pay is compared
    with a tolerance of tens of percent, so rates a few percent off change little.

    Attributes:
        as_of: The day the rates were read.
        usd_per_unit: US dollars per unit, by ISO 4217 code.

    Raises:
        ValueError: A rate is not a positive finite number.
    """

    as_of: date
    usd_per_unit: Mapping[str, float] = field(repr=False)

    def __post_init__(self) -> None:
        for currency, rate in self.usd_per_unit.items():
            if not (isfinite(rate) and rate > 0):
                raise ValueError(f"usd_per_unit: the rate of {currency} must be above 0, is {rate}")

    def to_usd(self, amount: float, currency: str) -> float:
        """Convert an amount to US dollars.

        Args:
            amount: In units of ``currency``.
            currency: ISO 4217 code, in any case.

        Raises:
            UnknownCurrencyError: There is no rate for the currency.
        """
        rate = self.usd_per_unit.get(currency.upper())
        if rate is None:
            raise UnknownCurrencyError(currency)
        return amount * rate

    def with_overrides(self, usd_per_unit: Mapping[str, float], as_of: date) -> "ExchangeRates":
        """Replace or add rates, keeping the others.

        Args:
            usd_per_unit: US dollars per unit, by ISO 4217 code.
            as_of: The day the new rates were read.
        """
        upper = {currency.upper(): rate for currency, rate in usd_per_unit.items()}
        return ExchangeRates(as_of=as_of, usd_per_unit={**self.usd_per_unit, **upper})


REFERENCE_RATES = ExchangeRates(
    as_of=date(2025, 6, 30),
    usd_per_unit=MappingProxyType(
        {
            "AED": 0.2723,
            "ARS": 0.00084,
            "AUD": 0.656,
            "BDT": 0.0082,
            "BGN": 0.599,
            "BRL": 0.183,
            "CAD": 0.733,
            "CHF": 1.254,
            "CLP": 0.00107,
            "CNY": 0.1396,
            "COP": 0.000245,
            "CZK": 0.0474,
            "DKK": 0.1571,
            "EGP": 0.0201,
            "EUR": 1.172,
            "GBP": 1.370,
            "HKD": 0.1274,
            "HUF": 0.00293,
            "IDR": 0.0000616,
            "ILS": 0.297,
            "INR": 0.01167,
            "JPY": 0.00692,
            "KES": 0.00774,
            "KRW": 0.000738,
            "LKR": 0.00333,
            "MAD": 0.111,
            "MXN": 0.0532,
            "MYR": 0.2375,
            "NGN": 0.00065,
            "NOK": 0.0990,
            "NZD": 0.608,
            "PEN": 0.282,
            "PHP": 0.0178,
            "PKR": 0.00352,
            "PLN": 0.2763,
            "QAR": 0.2747,
            "RON": 0.2308,
            "RSD": 0.0100,
            "SAR": 0.2667,
            "SEK": 0.1052,
            "SGD": 0.785,
            "THB": 0.0308,
            "TRY": 0.0251,
            "TWD": 0.0342,
            "UAH": 0.0240,
            "USD": 1.0,
            "VND": 0.0000383,
            "ZAR": 0.0563,
        }
    ),
)
"""Rounded mid-market rates; an installation replaces them with ``with_overrides``."""
