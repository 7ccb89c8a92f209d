"""Pay as the countries write it: "3.400 € bis 3.900 € im Monat", "R45 000 per month"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from blacklight_shared.work_terms import SalaryPeriod, SalaryRange

_CODES = (
    *("USD", "EUR", "GBP", "CHF", "CAD", "AUD", "NZD", "SGD", "HKD", "SEK", "NOK", "DKK", "PLN"),
    *("AED", "SAR", "QAR", "ZAR", "MYR", "INR", "PHP", "JPY"),
)
_WRITTEN = (
    *(("$", "$ dollars bucks"), ("USD", "us$"), ("CAD", "c$ ca$"), ("AUD", "a$ au$")),
    *(("NZD", "nz$"), ("SGD", "s$"), ("HKD", "hk$"), ("GBP", "£ pounds quid"), ("PLN", "zł")),
    *(
        ("EUR", "€ euro euros"),
        ("INR", "₹ rs"),
        ("ZAR", "r"),
        ("MYR", "rm"),
        ("AED", "dhs"),
        ("SEK", "kr"),
    ),
    *((code, code.casefold()) for code in _CODES),
)
_CURRENCIES = {sign: code for code, signs in _WRITTEN for sign in signs.split()}
_CURRENCY = (
    r"(?:(?:US|CA|AU|NZ|HK|[CAS])?\$|[€£₹]|zł|Rs\.?|(?<![A-Za-z])(?:R|RM)(?= ?\d)"
    rf"|\b(?:{'|'.join(_CODES)}"
    r"|euros?|kr|dollars|pounds|quid|bucks|dhs)\b)"
)
_NUMBER = (
    r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3}){1,2}(?:[.,]\d\d)?(?!\d)|\d{1,6}(?:[.,]\d{1,2})?(?!\d)"
)
_GROSS = (
    r"(?:[ (]*\b(?:brutto|gross|brut|bruto|brutos|bruts|lordi|net|netto|nets|base|basic|plus|flat"
    r"|all[- ]in|cash|dollars|euros?)\b\)?){0,2}"
)
_AMOUNT = re.compile(
    rf"(?<![\w.,/-])(?P<before>{_CURRENCY})? ?(?P<low>{_NUMBER}) ?(?P<low_k>[kK]\b)? ?"
    rf"(?P<middle>{_CURRENCY})?"
    rf"(?: ?(?:-|–|—|to|and|und|bis|et|à|a|y|e|en|tot|do)(?: |(?=[\d$€£₹RCA])){_CURRENCY}? ?"
    rf"(?P<high>{_NUMBER}) ?(?P<high_k>[kK]\b)? ?(?P<end>{_CURRENCY})?)?(?P<gross>{_GROSS})"
)
_UNITS = (
    (
        SalaryPeriod.HOUR,
        r"ph\b|hours?\b|hrs?\b|h\b|stunde|std\b|heure|hora\b|ora\b|timm?e\b|uur\b|hourly\b",
    ),
    (SalaryPeriod.DAY, r"pd\b|day\b|d\b|tag\b|jour\b|día\b|giorno\b|dag\b|daily\b|diem\b"),
    (SalaryPeriod.WEEK, r"pw\b|weeks?\b|wk\b|woche\b|semaine\b|semana\b|settimana\b|weekly\b"),
    (
        SalaryPeriod.MONTH,
        r"months?\b|mo\b|mth\b|monat\b|mois\b|mes\b|mese\b|maand\b|månad\b|måned\b|monthly\b|monatlich\b"
        r"|mensuels?\b|mensuales\b|mensili\b|m-c\b|p\.?m\b",
    ),
    (
        SalaryPeriod.YEAR,
        r"years?\b|yr\b|annum\b|jahr\b|an\b(?! [a-z])|año\b|anno\b|jaar\b|annually\b|jährlich\b"
        r"|annuels?\b|anuales\b|annui\b|p\.?a\b|yearly\b|rok\b",
    ),
)
_PERIODS = tuple(
    (
        unit,
        re.compile(
            r" ?(?:/ ?|p/|per |an? |the |pro |im |par |por |al |à l['’]|all['’]|l['’]|je |na )?"
            rf"(?:{words})",
            re.IGNORECASE,
        ),
    )
    for unit, words in _UNITS
)
_BOUNDS = {
    SalaryPeriod.HOUR: (4, 500),
    SalaryPeriod.DAY: (40, 4_000),
    SalaryPeriod.WEEK: (150, 20_000),
    SalaryPeriod.MONTH: (300, 400_000),
    SalaryPeriod.YEAR: (9_000, 5_000_000),
}
"""Least and most that is paid, in any currency of ``_CURRENCIES``."""
_LEAST_YEARLY, _MOST_HOURLY = 15_000, 99
_WITH_CENTS = re.compile(r"\d[.,]\d\d$")
_PAID_BY_MONTH = frozenset({"SGD", "HKD", "PLN", "AED", "SAR", "QAR", "ZAR", "MYR", "PHP"})
_ALWAYS_PAID_BY_MONTH = frozenset({"AED", "SAR", "QAR"})
_NEAR_PAY = re.compile(
    r"\b(?:rate|pay(?:s|ing)?|salary|wage|comp|offering|budget)\b[^.\n]{0,20}$", re.IGNORECASE
)
_IR35_BEHIND = re.compile(r".{0,12}\b(?:inside|outside)(?: of)? IR35", re.IGNORECASE)
_OTHER_MONEY = re.compile(
    r"(?:bonus|stipend|allowance|per diem|referral|revenue|budget of|fee|fees|invoice|raised|assets"
    r"|portfolio|sales of|turnover|worth|deposit|grant|relocation|loans?|over|more than|save)"
    r"[ :of]{0,4}$",
    re.IGNORECASE,
)
_OTHER_BEHIND = re.compile(
    r" ?(?:m\b|mm\b|bn\b|million|billion|%|employees|users|people|customers|records|in (?:revenue"
    r"|sales|assets|funding)|sign|relocation|bonus|revenue|stipend|referral|budget|portfolio"
    r"|turnover|fee|off\b|tuition|of )",
    re.IGNORECASE,
)
_REACH_BEFORE = 24


def written_amounts(text: str) -> Iterator[SalaryRange]:
    """The amounts of pay in a text, in its order.

    An amount is pay if it has a currency, and a unit of time or the size of a salary; without a
    currency the words around it must be about pay. A bare "$" is returned as the currency "$" and
    none as "": the caller knows the country.

    Args:
        text: Running text.
    """
    for match in _AMOUNT.finditer(text):
        before = text[max(0, match.start() - _REACH_BEFORE) : match.start()]
        if not _OTHER_MONEY.search(before) and not _OTHER_BEHIND.match(text, match.end()):
            period = _period_behind(text, match.end())
            is_about_pay = bool(_NEAR_PAY.search(before) or _IR35_BEHIND.match(text, match.end()))
            pay = _pay(match, period)
            if pay is not None and (pay.currency or (is_about_pay and period)):
                yield pay


def names_money(text: str) -> bool:
    """Whether a text has an amount of any currency."""
    return any(_currency(match) for match in _AMOUNT.finditer(text))


def _pay(match: re.Match[str], period: SalaryPeriod | None) -> SalaryRange | None:
    low, high = _bounds_of(match)
    currency = _currency(match)
    period = period or _period_of_size(match, high, currency)
    if period is None:
        return None
    least, most = _BOUNDS[period]
    if not least <= low <= high <= most:
        return None
    return SalaryRange(low, high, currency, period)


def _bounds_of(match: re.Match[str]) -> tuple[float, float]:
    """Low and high end; "120 - 130k" and "7-8k" are thousands on both sides."""
    low = _number(match["low"])
    high = _number(match["high"]) if match["high"] else low
    if match["high_k"] or (match["low_k"] and high < 1_000):
        high *= 1_000
    if match["low_k"] or (match["high_k"] and low < 1_000):
        low *= 1_000
    return low, high


def _number(written: str) -> float:
    plain = re.sub(r"[.,'’ \u00a0\u202f](?=\d{3}(?!\d))", "", written)
    return float(plain.replace(",", "."))


def _currency(match: re.Match[str]) -> str:
    for group in ("before", "middle", "end"):
        if match[group]:
            return _CURRENCIES[match[group].casefold().rstrip(".")]
    return ""


def _period_behind(text: str, end: int) -> SalaryPeriod | None:
    return next((unit for unit, words in _PERIODS if words.match(text, end)), None)


def _period_of_size(match: re.Match[str], amount: float, currency: str) -> SalaryPeriod | None:
    """Sums of five digits are paid by the year, "£12.80" by the hour, "SGD 7-8k" by the month."""
    if amount >= _LEAST_YEARLY:
        return SalaryPeriod.YEAR
    if currency and _WITH_CENTS.search(match["low"]) and amount <= _MOST_HOURLY:
        return SalaryPeriod.HOUR
    is_monthly = match["high_k"] is not None and currency in _PAID_BY_MONTH
    is_monthly |= currency in _ALWAYS_PAID_BY_MONTH
    return SalaryPeriod.MONTH if is_monthly else None
