"""Pay, as postings state it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from blacklight_shared.work_terms import SalaryPeriod, SalaryRange

_SYMBOLS = {
    "us$": "USD",
    "ca$": "CAD",
    "c$": "CAD",
    "au$": "AUD",
    "a$": "AUD",
    "nz$": "NZD",
    "s$": "SGD",
    "hk$": "HKD",
    "r$": "BRL",
    "$": "USD",
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "¥": "JPY",
    "zł": "PLN",
    "₪": "ILS",
}
_CODES = [
    "USD",
    "EUR",
    "GBP",
    "CHF",
    "CAD",
    "AUD",
    "NZD",
    "INR",
    "SGD",
    "HKD",
    "SEK",
    "NOK",
    "DKK",
    "PLN",
    "CZK",
    "HUF",
    "RON",
    "ILS",
    "ZAR",
    "BRL",
    "MXN",
    "JPY",
    "AED",
]
_AFTER_CITY = r"(?<!,\s)"
"""Of "Pasadena, CA$ 28" the state is not part of the sign."""
_SYMBOL = "|".join(
    (_AFTER_CITY if symbol == "ca$" else "") + re.escape(symbol)
    for symbol in sorted(_SYMBOLS, key=len, reverse=True)
)
_CURRENCY = rf"(?:(?<![A-Za-z])(?:{_SYMBOL})|\$|\b(?:{'|'.join(_CODES)})\b|\beuros?\b)"
_AMOUNT = (
    r"\d{1,2}(?:,\d{2}){1,2},\d{3}"  # 12,00,000
    r"|\d{1,3}(?:[.,'  ]\d{3}){1,2}(?:[.,]\d{1,2})?(?!\d)"
    r"|\d{1,7}(?:[.,]\d{1,2})?(?!\d)"
)
_THOUSANDS = r"[ ]?k\b"
_PERIODS = {
    SalaryPeriod.HOUR: r"hours?|hr|hourly|h|ph|p/h|stunde|std|heure",
    SalaryPeriod.DAY: r"days?|daily|diem|pd|p/d|tag|jour",
    SalaryPeriod.WEEK: r"weeks?|weekly|wk|woche|semaine",
    SalaryPeriod.MONTH: r"months?|monthly|mo|mth|monat|mois|maand|mese|mes|pcm",
    SalaryPeriod.YEAR: r"years?|yearly|yr|annum|annually|annual|pa|p\.a\.|jahr|an|y",
}
_PERIOD_WORDS = "|".join(f"(?P<{period.name}>{words})" for period, words in _PERIODS.items())
_PAY = re.compile(
    rf"""
    (?P<from>\b(?:from|starting[ ](?:at|from)|at[ ]least|minimum|min\.?|ab)[ ])?
    (?P<upto>\b(?:up[ ]to|max\.?|maximum|bis[ ]zu)[ ])?
    (?P<before>{_CURRENCY})?[ ]?(?P<low>{_AMOUNT})(?P<low_k>{_THOUSANDS})?(?P<plus>[ ]?\+)?
    [ ]?(?P<between>{_CURRENCY})?
    (?:(?:[ ]?/[ ]?(?:hr|hour|yr|year))?[ ]?(?:-|–|—|to|and|bis|tot|à)[ ]?
       (?P<high_currency>{_CURRENCY})?[ ]?(?P<high>{_AMOUNT})(?P<high_k>{_THOUSANDS})?)?
    [ ]?(?P<after>{_CURRENCY})?
    (?P<big>[ ]?(?:mm?\b|million|billion|bn\b|b\b|trillion))?
    (?:[ ,(]{{0,2}}(?:(?:gross|brutto|base|salary|usd)[ ,]+){{0,2}}
       (?:per|an?|/|pro|par|je|\\)?[ ]?(?:{_PERIOD_WORDS})(?![\w]))?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_MONEY = re.compile(
    rf"[$€£₹¥₪]|zł|[eE]uro|{'|'.join(_CODES)}|usd(?![a-z])|eur(?![a-z])|gbp(?![a-z])"
)
_ABOUT_PAY = re.compile(
    r"salar|\bpay\b|pay range|compensation|wage|\brate\b|remuneration|gehalt|salaire|\bote\b"
    r"|earn(?:ings)?\b|hourly|annual base|base range|package|\bctc\b",
    re.IGNORECASE,
)
_ABOUT_OTHER = re.compile(
    r"revenue|fund(?:ed|ing)|raised|bonus|referral|tuition|stipend|allowance|assets|sales of"
    r"|insur|market cap|valuation|reimburse|discount|donat|invest(?:ed|ment)|portfolio|sign[- ]on"
    r"|relocation|gift|401|savings|customers|worth|gym|credits?\b|commut|wellness|phone bill",
    re.IGNORECASE,
)
_BUDGET = re.compile("budget", re.IGNORECASE)
_REACH, _NEAR = 60, 30

_PLAUSIBLE = {
    SalaryPeriod.HOUR: (3.0, 1_500.0),
    SalaryPeriod.DAY: (20.0, 10_000.0),
    SalaryPeriod.WEEK: (80.0, 40_000.0),
    SalaryPeriod.MONTH: (150.0, 500_000.0),
    SalaryPeriod.YEAR: (2_000.0, 20_000_000.0),
}
"""Amounts beyond these are prices, revenues or typing mistakes, whatever the currency."""

_LEAST_YEARLY = 10_000.0
_MOST_HOURLY = 250.0


def find_salary(text: str) -> SalaryRange | None:
    """Find the pay in a posting.

    An amount counts with a currency and either a period ("$50 per hour") or words about pay near
    it; without a period, amounts from 10,000 are yearly and those below 250 hourly. A stated
    period goes before a guessed one. Revenues, bonuses and the like do not count.

    Returns:
        The pay as stated, ``minimum`` not above ``maximum``; None when none is found.
    """
    guessed: SalaryRange | None = None
    for candidate in _candidates(text):
        if candidate.is_period_stated:
            return candidate.salary
        guessed = guessed or candidate.salary
    return guessed


@dataclass(frozen=True, slots=True)
class _Candidate:
    salary: SalaryRange
    is_period_stated: bool


def _candidates(text: str) -> Iterator[_Candidate]:
    position = 0
    for money in islice(_MONEY.finditer(text), _MOST_AMOUNTS):
        start = max(position, money.start() - _LONGEST_AMOUNT)
        match = _first_amount(text, start, money.end() + _LONGEST_PAY)
        if match is None or match.end() <= position:
            continue
        position = match.end()
        candidate = _read(text, match)
        if candidate is not None:
            yield candidate


_MOST_AMOUNTS = 300
_LONGEST_AMOUNT = 40
_WIDEST_RANGE = 3.0
_LONGEST_PAY = 80


def _first_amount(text: str, start: int, end: int) -> re.Match[str] | None:
    """The first amount with a currency."""
    for match in _PAY.finditer(text, start, end):
        if _is_chance_range(match):
            return _PAY.match(text, match.start("high_currency"), end)
        if _currency(match):
            return match
    return None


def _is_chance_range(match: re.Match[str]) -> bool:
    """Whether a number that is no pay stands before an amount: "IR35 - £500", "Level 3 - £40k"."""
    if match["high_currency"] is None or match["before"] or match["between"]:
        return False
    low, high = _amounts(match)
    return high is None or low * _WIDEST_RANGE < high


def _read(text: str, match: re.Match[str]) -> _Candidate | None:
    around = text[max(0, match.start() - _REACH) : match.end() + _REACH]
    near = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
    if match["big"] or _ABOUT_OTHER.search(near):
        return None
    low, high = _amounts(match)
    stated = next((period for period in SalaryPeriod if match[period.name]), None)
    if stated is None and (_BUDGET.search(near) or not _ABOUT_PAY.search(around)):
        return None
    period = stated or _guessed_period(low)
    if period is None or not _is_plausible(low, high, period):
        return None
    currency = _currency(match)
    minimum: float | None = low
    maximum = high if high is not None else (None if match["plus"] or match["from"] else low)
    if match["upto"] and high is None:
        minimum, maximum = None, low
    return _Candidate(SalaryRange(minimum, maximum, currency, period), stated is not None)


def _currency(match: re.Match[str]) -> str:
    """ISO 4217 code of the currency beside the amounts, "" when there is none."""
    for group in ("before", "between", "after", "high_currency"):
        if written := match[group]:
            folded = written.casefold()
            return _SYMBOLS.get(folded) or ("EUR" if folded.startswith("euro") else folded.upper())
    return ""


def _amounts(match: re.Match[str]) -> tuple[float, float | None]:
    low, high = _number(match["low"]), _number(match["high"]) if match["high"] else None
    if match["low_k"] or (match["high_k"] and low < (high or 0) * 10):
        low *= 1_000
    if high is not None and (match["high_k"] or (match["low_k"] and high < _LEAST_YEARLY)):
        high *= 1_000
    if high is not None and high < low:
        return low, None
    return low, high


def _number(written: str) -> float:
    """Read "120,000", "80.000", "45.50" and "1'200.00"; three digits behind a sign: thousands."""
    plain = re.sub(r"[.,'  ](?=\d{2,3}[.,'  ]|\d{3}(?!\d))", "", written)
    return float(plain.replace(",", "."))


def _guessed_period(low: float) -> SalaryPeriod | None:
    if low >= _LEAST_YEARLY:
        return SalaryPeriod.YEAR
    return SalaryPeriod.HOUR if low <= _MOST_HOURLY else None


def _is_plausible(low: float, high: float | None, period: SalaryPeriod) -> bool:
    least, most = _PLAUSIBLE[period]
    return least <= low <= most and (high is None or high <= most)
