"""Pay as postings state it, in the currency and the habits of each country."""

from __future__ import annotations

import random
from dataclasses import dataclass

from blacklight_devstack.sample.source_model import Role, Variant

# How much of a US salary is paid, in units of the country's currency per US dollar of the source.
_FACTORS = {
    "US": 1.0,
    "GB": 0.55,
    "DE": 0.58,
    "NL": 0.56,
    "BE": 0.57,
    "IE": 0.66,
    "EU": 0.6,
    "CZ": 11.0,
    "CH": 0.98,
    "CA": 0.95,
    "IN": 22.0,
    "NZ": 1.05,
    "AU": 1.1,
}
_HOURS_PER_YEAR = 2_080
_SHARE_WITHOUT_SALARY = 0.22


@dataclass(frozen=True, slots=True)
class _Range:
    low: float
    high: float

    def scaled(self, factor: float, step: float) -> _Range:
        return _Range(
            round(self.low * factor / step) * step, round(self.high * factor / step) * step
        )


def salary_text(role: Role, variant: Variant, country: str, rng: random.Random) -> str:
    """State a posting's pay; empty or a phrase where the company keeps it to itself."""
    if rng.random() < _SHARE_WITHOUT_SALARY:
        return rng.choice(["", "", "", "Competitive", "DOE", "Negotiable"])
    pay = _Range(*role.pay).scaled(variant.pay_factor * _FACTORS[country], 0.01)
    if "Contract" in variant.title:
        return _contract(pay, country)
    if role.pay_per == "hour":
        return _hourly(pay, country, rng)
    return _yearly(pay, country, rng)


def _contract(pay: _Range, country: str) -> str:
    if country == "GB":
        daily = pay.scaled(1.6 / 230, 25)
        return f"£{daily.low:.0f} - £{daily.high:.0f} per day, outside IR35"
    hourly = pay.scaled(1.2 / _HOURS_PER_YEAR, 1)
    return f"{hourly.low:.0f}-{hourly.high:.0f} USD per hour"


def _hourly(pay: _Range, country: str, rng: random.Random) -> str:
    fine = pay.scaled(1, 0.25)
    if country == "US":
        return rng.choice(
            [
                f"${fine.low:.2f} - ${fine.high:.2f} per hour",
                f"${fine.low:.0f}-{fine.high:.0f}/hr",
                f"Up to ${fine.high:.2f} an hour",
                f"${fine.low:.2f}/hour",
            ]
        )
    if country == "GB":
        return rng.choice(
            [
                f"£{fine.low:.2f} per hour",
                f"£{fine.low:.2f} - £{fine.high:.2f} p/h",
                _pounds(pay.scaled(_HOURS_PER_YEAR, 500)),
            ]
        )
    monthly = pay.scaled(_HOURS_PER_YEAR / 12, 50)
    return rng.choice(
        [
            f"{_german(monthly.low)} - {_german(monthly.high)} € brutto/Monat",
            f"€{monthly.low:,.0f} - €{monthly.high:,.0f} per month",
            f"ab {str(fine.low).replace('.', ',')} € pro Stunde",
        ]
    )


def _yearly(pay: _Range, country: str, rng: random.Random) -> str:
    year = pay.scaled(1, 500 if country != "US" else 1_000)
    low, high = year.low, year.high
    match country:
        case "US":
            return rng.choice(
                [
                    f"${low:,.0f} - ${high:,.0f} a year",
                    f"${low / 1000:.0f}K–${high / 1000:.0f}K",
                    f"USD {low:.0f} - {high:.0f}",
                    f"${low:,.0f}–${high:,.0f} base + bonus",
                    f"Up to ${high:,.0f}",
                ]
            )
        case "GB":
            return _pounds(year)
        case "DE":
            return rng.choice(
                [
                    f"{_german(low)} - {_german(high)} € pro Jahr",
                    f"EUR {low:,.0f} - {high:,.0f} p.a.",
                    f"from €{low:,.0f}",
                ]
            )
        case "CZ":
            return f"{round(low / 12, -3):,.0f} - {round(high / 12, -3):,.0f} CZK / month"
        case "IN":
            return f"INR {round(low, -5):,.0f} - {round(high, -5):,.0f} per annum"
        case _:
            currency = {"CH": "CHF", "CA": "CAD", "NZ": "NZD", "AU": "AUD"}.get(country, "EUR")
            return f"{currency} {low:,.0f} - {high:,.0f} per year"


def _pounds(year: _Range) -> str:
    return f"£{year.low:,.0f} - £{year.high:,.0f} per annum"


def _german(amount: float) -> str:
    return f"{amount:,.0f}".replace(",", ".")
