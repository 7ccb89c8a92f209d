"""What a job pays."""

from __future__ import annotations

import re
from dataclasses import replace

from blacklight_shared.postings import find_salary
from blacklight_shared.work_terms import SalaryPeriod, SalaryRange

_LONGEST_PAY = 160
_MOST_HOURLY, _LEAST_YEARLY = 300.0, 10_000.0

_CURRENCY = re.compile(
    r"[$€£₹¥₪]|zł|\b(?:USD|EUR|GBP|CHF|CAD|AUD|NZD|INR|SGD|HKD|SEK|NOK|DKK|PLN|AED|euros?)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?P<low>\d{1,3}(?:[,.]\d{3})+|\d{1,6}(?:\.\d{1,2})?)\s?(?P<low_k>k\b)?"
    r"(?:\s?(?:-|–|—|to)\s?(?P<high>\d{1,3}(?:[,.]\d{3})+"
    r"|\d{1,6}(?:\.\d{1,2})?)\s?(?P<high_k>k\b)?)?",
    re.IGNORECASE,
)
_PERIODS = (
    (SalaryPeriod.HOUR, re.compile(r"/\s?h|hr\b|hour|stunde|heure|hora", re.IGNORECASE)),
    (
        SalaryPeriod.DAY,
        re.compile(r"/\s?d|\bday|daily|diem|\btag|jour|\bpd\b|\bp\.d", re.IGNORECASE),
    ),
    (SalaryPeriod.WEEK, re.compile(r"week|\bwk", re.IGNORECASE)),
    (SalaryPeriod.MONTH, re.compile(r"month|\bmo\b|\bpm\b|monat|mois", re.IGNORECASE)),
    (
        SalaryPeriod.YEAR,
        re.compile(r"year|annum|annual|\byr|\bpa\b|p\.a|jahr|\ban\b", re.IGNORECASE),
    ),
)
_LAKHS = re.compile(
    r"(?P<low>\d{1,3}(?:\.\d)?)\s?(?:(?:-|–|to)\s?(?P<high>\d{1,3}(?:\.\d)?))?\s?(?:lpa|lakhs?"
    r"|lacs?)\b",
    re.IGNORECASE,
)
_PAY_WORD = re.compile(
    r"\b(?:salary|pay|rate|compensation|base|pays|paying|offering|budget|ote|wage)"
    r"(?: range| rate| band| scale)?(?: is| of| from| between| at| up to|:)? ?"
    r"(?P<amount>[$€£₹] ?\d[\d,.]{0,12}k?(?: ?(?:-|–|to|and) ?[$€£₹]? ?\d[\d,.]{0,12}k?)?"
    r"(?: ?(?:/|per|an?) ?[a-z]{1,8})?)",
    re.IGNORECASE,
)
_INDIAN_LAKH = 100_000.0

_COUNTRIES = (
    ("GBP", re.compile(r"\bIR35\b|\bLondon\b|\bUK\b|\bUnited Kingdom\b|\bEngland\b")),
    ("CAD", re.compile(r"\bCanada\b|\bToronto\b|\bOntario\b|\bVancouver\b|, (?:ON|BC|QC|AB)\b")),
    (
        "INR",
        re.compile(r"\bIndia\b|\bBangalore\b|\bBengaluru\b|\bHyderabad\b|\bPune\b|\bChennai\b"),
    ),
    ("EUR", re.compile(r"\bGermany\b|\bDeutschland\b|\bFrance\b|\bIreland\b|\bNetherlands\b")),
    (
        "USD",
        re.compile(
            r"\b[cC]2[cC]\b|\b[wW]-?2\b|\b1099\b|\bUSC?\b|\bUSA\b|\bH-?1B?\b|\bGC\b"
            r"|, ?(?:A[LKZR]|C[AOT]|FL|GA|I[LNA]|KS|M[ADINOS]|N[CEHJVY]|O[HKR]|PA|T[NX]|UT"
            r"|V[AT]|W[AI])\b"
        ),
    ),
)
"""What tells the currency where an amount has none."""


def labelled_pay(value: str, surroundings: str) -> SalaryRange | None:
    """Read the value of a label such as "Rate".

    Args:
        value: Such as "$60/hr on C2C", "65-70 per hour", "18-22 LPA", "DOE".
        surroundings: The posting; it tells the currency where the value does not.

    Returns:
        The pay; its currency is "" where nothing tells it. None where the value has no amount.
    """
    value = value[:_LONGEST_PAY]
    if (lakhs := _lakhs(value)) is not None:
        return lakhs
    if _CURRENCY.search(value):
        found = find_salary(f"Salary: {value}")
        if found is not None:
            return found
    return _bare(value, surroundings)


def pay_in_text(text: str) -> SalaryRange | None:
    """Find the pay in running text.

    An amount right behind a word for pay goes before others, whatever else stands near it.
    """
    for match in _PAY_WORD.finditer(text):
        if (pay := find_salary(f"Salary: {match['amount']}")) is not None:
            return pay
    return _lakhs(text) or find_salary(text)


def _lakhs(text: str) -> SalaryRange | None:
    match = _LAKHS.search(text)
    if match is None:
        return None
    low = float(match["low"]) * _INDIAN_LAKH
    high = float(match["high"]) * _INDIAN_LAKH if match["high"] else low
    return SalaryRange(low, max(low, high), "INR", SalaryPeriod.YEAR)


def _bare(value: str, surroundings: str) -> SalaryRange | None:
    match = _BARE.search(value)
    if match is None:
        return None
    low, high = _amount(match["low"]), _amount(match["high"] or match["low"])
    if match["low_k"] or match["high_k"]:
        low, high = _thousands(low), _thousands(high)
    period = next((unit for unit, words in _PERIODS if words.search(value)), None)
    period = period or _period_of(low)
    if period is None or low <= 0:
        return None
    pay = SalaryRange(low, max(low, high), _currency_around(value, surroundings), period)
    if re.search(r"\b(?:up to|max\w*|not exceed|upto)\b", value, re.IGNORECASE) and high == low:
        return replace(pay, minimum=None)
    return pay


def _amount(written: str) -> float:
    return float(re.sub(r"[,.](?=\d{3}(?!\d))", "", written).replace(",", "."))


def _thousands(amount: float) -> float:
    return amount * 1_000 if amount < 1_000 else amount


def _period_of(amount: float) -> SalaryPeriod | None:
    if amount >= _LEAST_YEARLY:
        return SalaryPeriod.YEAR
    return SalaryPeriod.HOUR if 5 <= amount <= _MOST_HOURLY else None


def _currency_around(value: str, surroundings: str) -> str:
    for text in (value, surroundings):
        for currency, telling in _COUNTRIES:
            if telling.search(text):
                return currency
    return ""
