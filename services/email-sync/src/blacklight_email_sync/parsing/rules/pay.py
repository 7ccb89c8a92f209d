"""What a job pays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from blacklight_shared.postings import find_salary
from blacklight_shared.work_terms import SalaryPeriod, SalaryRange

from blacklight_email_sync.parsing.rules.cities import currency_of_cities
from blacklight_email_sync.parsing.rules.written_amounts import written_amounts

_LONGEST_PAY, _READ_CHARACTERS, _MOST_LINES = 160, 6_000, 120
_MOST_HOURLY, _LEAST_YEARLY = 300.0, 10_000.0

_CURRENCY = re.compile(
    r"[$€£₹¥₪]|zł|\b(?:USD|EUR|GBP|CHF|CAD|AUD|NZD|INR|SGD|HKD|SEK|NOK|DKK|PLN|AED|euros?)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?P<low>\d{1,3}(?:[,.]\d{3})+|\d{1,6}(?:[.,]\d{1,2})?)\s?(?P<low_k>k\b)?"
    r"(?:\s?(?:-|–|—|to|and|bis)\s?[$€£₹]?(?P<high>\d{1,3}(?:[,.]\d{3})+"
    r"|\d{1,6}(?:\.\d{1,2})?)\s?(?P<high_k>k\b)?)?",
    re.IGNORECASE,
)
_PERIODS = (
    (SalaryPeriod.HOUR, re.compile(r"/\s?h|hr\b|hour|stunde|heure|hora", re.IGNORECASE)),
    (
        SalaryPeriod.DAY,
        re.compile(r"/\s?d|\bday|daily|tjm|diem|\btag|jour|\bpd\b|\bp\.d", re.IGNORECASE),
    ),
    (SalaryPeriod.WEEK, re.compile(r"\bweek|\bwk|/\s?w", re.IGNORECASE)),
    (SalaryPeriod.MONTH, re.compile(r"month|\bmo\b|\bpm\b|monat|mois", re.IGNORECASE)),
    (
        SalaryPeriod.YEAR,
        re.compile(r"year|annum|annual|\byr|\bpa\b|p\.a|jahr|\ban\b", re.IGNORECASE),
    ),
)
_LAKHS = re.compile(
    r"(?P<low>\d{1,3}(?:\.\d)?)\s?(?:(?:lpa|lakhs?|lacs?)?\s?(?:-|–|to)\s?(?P<high>\d{1,3}(?:\.\d)?))?\s?(?:lpa|lakhs?"
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
_EXTRAS = re.compile(
    r"\b(?:bonus\w*|equity|commission\w*|super(?:annuation)?|ote|benefits|stock|rsus?|pension"
    r"|holidays?"
    r"|per diem|relocation|sign[- ]on|allowance|expenses)\b",
    re.IGNORECASE,
)
_PLUS_EXTRAS = re.compile(
    r"(?:,? plus|,? and|,? with| ?\+|, ) ?(?:an? )?(?:[$€£]?\d[\d,.k]*%? )?"
    r"(?:(?!plus\b|and\b)\w+ ){0,2}?"
    r"(?:bonus|equity|stipend|super(?:annuation)?|benefits|allowance|relocation|commission)\b",
    re.IGNORECASE,
)
_IN_THOUSANDS = re.compile(
    r"(?P<sign>[$€£])? ?\b(?P<low>[2-9]\d|[1-9]\d\d) ?(?P<low_k>k)?(?: ?(?:-|–|—|to|and) ?[$€£]? ?"
    r"(?P<high>[2-9]\d|[1-9]\d\d) ?(?P<high_k>k))?(?! ?\d)\b(?=(?P<behind>.{0,30}))",
    re.IGNORECASE,
)
_CODES = "USD|EUR|GBP|CHF|CAD|AUD|NZD|SGD|SEK|NOK|DKK|PLN"
_SALARY = r"(?:[2-9]\d|[1-9]\d\d)[,.]\d{3}(?![\d,.]\d)"
_YEARLY = re.compile(
    rf"(?P<before>.{{0,30}}?)(?P<sign>[$€£]|\b(?:{_CODES}) ?) ?(?P<low>{_SALARY})"
    rf"(?: ?(?:-|–|—|to|and) ?[$€£]? ?(?P<high>{_SALARY}))?(?=(?P<behind>.{{0,25}}))"
)
_PER_HOUR = re.compile(
    r"(?<![\w.,/$€£-])(?P<low>\d{2,3}(?:\.\d{1,2})?)(?: ?(?:-|–"
    r"|to) ?(?P<high>\d{2,3}(?:\.\d{1,2})?))?"
    r" ?(?:/ ?(?:hr|hour|h)\b|per hour|an hour|p/h\b|ph\b|hourly\b)(?! ?(?:week|shift))",
    re.IGNORECASE,
)
_HOURLY_RANGE = re.compile(
    r"(?P<sign>[$£€]) ?(?P<low>\d{1,3}(?:\.\d\d)?) ?(?:-|–|to) ?[$£€]? ?"
    r"(?P<high>\d{1,3}(?:\.\d\d)?)(?![\d.,]*\d| ?(?:k|m|mm|bn|million|billion|%|off)\b)",
    re.IGNORECASE,
)
_LEAST_HOURLY, _WIDEST_RANGE = 9.0, 2.0
_RATE = r"\d{2,3}(?:\.\d{1,2})?"
_TYPE = r"(?:w-?2|c2c|c-2-c|1099|corp[- ]to[- ]corp)\b"
_BESIDE_TYPE = re.compile(
    rf"\$ ?(?P<low>{_RATE})(?: ?(?:-|–|to|/) ?\$?(?P<high>{_RATE}))?(?![\d,]|k\b) ?(?:(?:on|max"
    rf"|all[- ]inc\w*) )*"
    rf"{_TYPE}|\brate:? ?\$?(?P<bare>{_RATE})(?![\d,]|k\b) ?(?:on )?{_TYPE}|\b{_TYPE}(?: rate"
    rf"| max)?[ :@-]{{1,3}}\$ ?(?P<rate>{_RATE})(?: ?(?:-|–|to) ?\$?"
    rf"(?P<rate_high>{_RATE}))?(?![\d,]|k\b)",
    re.IGNORECASE,
)
_OTHER_THOUSANDS = re.compile(
    r"\b(?:users?|employees|revenue|customers|people|rows|records|steps|raised|funding|loan"
    r"|referral|sign[- ]on|relocation|budgets?|sales (?:of|target|quota|volume|were)|in sales"
    r"|quota|fees?|bonus|invoice|total|portfolio"
    r"|million|assets|aum)\b",
    re.IGNORECASE,
)
_ABOUT_PAY = re.compile(
    r"\b(?:base|salary|budget|pay(?:s|ing)?|package|comp(?:ensation)?|offering|range|earn)\b",
    re.IGNORECASE,
)
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "¥": "JPY"}
_DOLLARS = re.compile(r"\b(?:CAD|AUD|NZD|SGD|HKD)\b")

_COUNTRIES = (
    ("GBP", re.compile(r"\bIR35\b|\bLondon\b|\bUK\b|\bUnited Kingdom\b|\bEngland\b")),
    ("CAD", re.compile(r"\bCanad\w+|\bOntario\b(?!, CA\b)|, ?(?:ON|BC|QC|AB|MB|SK|NS|NB)\b")),
    (
        "AUD",
        re.compile(
            r"\bAustralian?\b|\bsuper(?:annuation)?\b|\+61\b|\b(?:NSW|QLD|VIC|TAS)\b"
            r"|\b(?:Sydney|Melbourne|Brisbane|Adelaide|Canberra)\b"
        ),
    ),
    ("NZD", re.compile(r"\bNew Zealand\b|\bKiwiSaver\b|\bAuckland\b")),
    (
        "INR",
        re.compile(r"\bIndia\b|\bBangalore\b|\bBengaluru\b|\bHyderabad\b|\bPune\b|\bChennai\b"),
    ),
    ("EUR", re.compile(r"\bGermany\b|\bDeutschland\b|\bFrance\b|\bIreland\b|\bNetherlands\b")),
    (
        "USD",
        re.compile(
            r"\b401\(?[kK]|\b(?:NYC|SF|Bay Area)\b|\b[cC]2[cC]\b|\b[wW]-?2\b|\b1099\b"
            r"|\bUSC?\b|\bUSA\b|\bH-?1B?\b|\bGC\b"
            r"|, ?(?:A[LKZR]|C[AOT]|FL|GA|I[LNA]|KS|M[ADINOS]|N[CEHJVY]|O[HKR]|PA|T[NX]|UT"
            r"|V[AT]|W[AI])\b"
        ),
    ),
)
"""What tells the currency where an amount has none."""
_COUNTRY_OF_ADDRESS = re.compile(
    r"@[\w.-]+\.(?P<country>au|nz|uk|ca|in|sg|hk|ie|de|fr|nl|es|it|at|pt|be|fi|ch|pl|se|no|dk|ae"
    r"|za|my)\b"
)
_COUNTRIES_OF_CURRENCIES = (
    *(("AUD", "au"), ("NZD", "nz"), ("GBP", "uk"), ("CAD", "ca"), ("INR", "in"), ("SGD", "sg")),
    *(("HKD", "hk"), ("CHF", "ch"), ("PLN", "pl"), ("SEK", "se"), ("NOK", "no"), ("DKK", "dk")),
    *(("AED", "ae"), ("ZAR", "za"), ("MYR", "my"), ("EUR", "ie de fr nl es it at pt be fi")),
)
_CURRENCY_OF_COUNTRY = {
    country: currency
    for currency, countries in _COUNTRIES_OF_CURRENCIES
    for country in countries.split()
}
_PHONES = (
    ("GBP", re.compile(r"\+44\b|(?<![\d+])0(?:7\d{3}|1\d{3}|20) ?\d{3,4} ?\d{3,4}(?!\d)")),
    ("AUD", re.compile(r"\+61\b|(?<![\d+])04\d\d \d{3} \d{3}(?!\d)")),
    ("USD", re.compile(r"(?<![\d+])(?:1[-. ])?\(?[2-9]\d\d\)?[-. ] ?[2-9]\d\d[-.]\d{4}(?!\d)")),
)
"""How telephone numbers are written where nothing else tells the country."""
_DOLLAR_CURRENCIES = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD")


def labelled_pay(value: str, surroundings: str, label: str = "") -> SalaryRange | None:
    """Read the value of a label such as "Rate".

    Args:
        value: Such as "$60/hr on C2C", "65-70 per hour", "18-22 LPA", "DOE".
        surroundings: The posting; it tells the currency where the value does not.
        label: It may tell the unit of time, such as "hourly rate", "Tagessatz".

    Returns:
        The pay; its currency is "" where nothing tells it. None where the value has no amount.
    """
    value = _without_extras(value[:_LONGEST_PAY])
    if (lakhs := _lakhs(value)) is not None:
        return lakhs
    if _CURRENCY.search(value) and not _period_in(label):
        found = find_salary(f"Salary: {value}")
        if found is not None:
            return _in_dollars_of(found, value, surroundings)
    return _bare(value, surroundings, label)


def pay_in_text(text: str, surroundings: str) -> SalaryRange | None:
    """Find the pay in running text.

    An amount right behind a word for pay goes before others, whatever else stands near it.

    Args:
        text: The subject or the text of a posting.
        surroundings: The posting; it tells which country's dollars are meant.
    """
    text = _PLUS_EXTRAS.sub(". ", text[:_READ_CHARACTERS])
    return fuller_pay(_pay_said(text, surroundings), _pay_written(text, surroundings))


def _pay_said(text: str, surroundings: str) -> SalaryRange | None:
    for match in _PAY_WORD.finditer(text):
        if (pay := find_salary(f"Salary: {match['amount']}")) is not None:
            return _in_dollars_of(pay, text[match.start() : match.end() + 6], surroundings)
    if (lakhs := _lakhs(text)) is not None:
        return lakhs
    for part in (text, *filter(_CURRENCY.search, text.split("\n")[:_MOST_LINES])):
        if (found := find_salary(part)) is not None:
            return _in_dollars_of(found, part, surroundings)
    return (
        _beside_type(text)
        or _bare_per_hour(text, surroundings)
        or _hourly_range(text, surroundings)
        or _yearly(text, surroundings)
        or _thousands_in_text(text, surroundings)
    )


def _pay_written(text: str, surroundings: str) -> SalaryRange | None:
    pay = next(written_amounts(text), None)
    if pay is None or pay.currency not in ("", "$"):
        return pay
    return replace(pay, currency=_currency_around(pay.currency, surroundings))


def fuller_pay(one: SalaryRange | None, other: SalaryRange | None) -> SalaryRange | None:
    """The first pay, or the second if that is the range whose end the first names."""
    if one is None or other is None:
        return one or other
    is_end = one.minimum == one.maximum and one.maximum in (other.minimum, other.maximum)
    return other if is_end and one.period is other.period else one


def _without_extras(value: str) -> str:
    """What stands before bonus, equity and the like, where that holds an amount."""
    match = _EXTRAS.search(value)
    if match is None:
        return value
    before = re.split(r"[,;+&(]|\bplus\b|\band\b(?! ?[$€£\d])", value[: match.start()])
    kept = value[: match.start()] if len(before) < 2 else value[: value.rfind(before[-1])]
    return kept if re.search(r"\d", kept) else value


def _in_dollars_of(pay: SalaryRange, written: str, surroundings: str) -> SalaryRange:
    """The pay in the dollars of the country that the mail is about."""
    if pay.currency != "USD" or re.search(r"\bUSD?\b|US ?\$", written):
        return pay
    if match := _DOLLARS.search(written):
        return replace(pay, currency=match[0])
    return replace(pay, currency=_dollars_around(surroundings))


def _dollars_around(surroundings: str) -> str:
    currencies = _currencies_around("", surroundings)
    return next((found for found in currencies if found in _DOLLAR_CURRENCIES), "USD")


def _beside_type(text: str) -> SalaryRange | None:
    """An hourly rate beside the type of contract: "$50-55 W2", "C2C $58"."""
    match = _BESIDE_TYPE.search(text)
    if match is None:
        return None
    low = float(match["low"] or match["rate"] or match["bare"])
    high = float(match["high"] or match["rate_high"] or low)
    return SalaryRange(low, max(low, high), "USD", SalaryPeriod.HOUR)


def _yearly(text: str, surroundings: str) -> SalaryRange | None:
    """Amounts of the size of a salary, without a word that says so: "$75,000-$90,000"."""
    for match in _YEARLY.finditer(text):
        if _OTHER_THOUSANDS.search(match["behind"]) or _OTHER_THOUSANDS.search(match["before"]):
            continue
        low = _amount(match["low"])
        high = _amount(match["high"] or match["low"])
        pay = SalaryRange(low, max(low, high), "USD", SalaryPeriod.YEAR)
        if match["sign"] == "$":
            return _in_dollars_of(pay, match[0], surroundings)
        return replace(pay, currency=_SIGNS.get(match["sign"], match["sign"].strip()))
    return None


def _bare_per_hour(text: str, surroundings: str) -> SalaryRange | None:
    """An amount without currency: "paying 24-27/hr"."""
    match = _PER_HOUR.search(text)
    if match is None:
        return None
    low = float(match["low"])
    high = float(match["high"] or low)
    currency = _currency_around("", surroundings)
    return SalaryRange(low, max(low, high), currency, SalaryPeriod.HOUR)


def _hourly_range(text: str, surroundings: str) -> SalaryRange | None:
    """A range of the size of hourly rates, without a word that says so: "$28-$34"."""
    for match in _HOURLY_RANGE.finditer(text):
        low, high = float(match["low"]), float(match["high"])
        if _LEAST_HOURLY <= low < high <= low * _WIDEST_RANGE:
            currency = _currency_around(match["sign"], surroundings)
            return SalaryRange(low, high, currency, SalaryPeriod.HOUR)
    return None


def _thousands_in_text(text: str, surroundings: str) -> SalaryRange | None:
    """Amounts such as "$130k + super" and "150-170k base"."""
    for match in _IN_THOUSANDS.finditer(text):
        if not (match["low_k"] or match["high_k"]) or _OTHER_THOUSANDS.search(match["behind"]):
            continue
        near = text[max(0, match.start() - 30) : match.end()]
        is_said = match["high_k"] or _stands_alone(text, match) or _ABOUT_PAY.search(near)
        if not match["sign"] and not is_said:
            continue
        low, high = float(match["low"]) * 1_000, float(match["high"] or match["low"]) * 1_000
        pay = SalaryRange(low, max(low, high), "USD", SalaryPeriod.YEAR)
        if match["sign"] == "$":
            return _in_dollars_of(pay, match[0], surroundings)
        return replace(pay, currency=_currency_around(match["sign"] or "", surroundings))
    return None


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    """Whether an amount is all that its clause says: "Needed by May, 75k, some travel"."""
    before = text[: match.start()].rstrip(" ")[-1:]
    return before in "\n.,;:" and match["behind"].lstrip(" ")[:1] in "\n.,;"


def _lakhs(text: str) -> SalaryRange | None:
    match = _LAKHS.search(text)
    if match is None:
        return None
    low = float(match["low"]) * _INDIAN_LAKH
    high = float(match["high"]) * _INDIAN_LAKH if match["high"] else low
    return SalaryRange(low, max(low, high), "INR", SalaryPeriod.YEAR)


def _period_in(text: str) -> SalaryPeriod | None:
    return next((unit for unit, words in _PERIODS if words.search(text)), None)


def _bare(value: str, surroundings: str, label: str) -> SalaryRange | None:
    match = _BARE.search(value)
    if match is None:
        return None
    low, high = _amount(match["low"]), _amount(match["high"] or match["low"])
    if match["low_k"] or match["high_k"]:
        low, high = _thousands(low), _thousands(high)
    period = _period_in(value) or _period_in(label) or _period_of(low)
    if period is None or low <= 0:
        return None
    pay = SalaryRange(low, max(low, high), _currency_around(value, surroundings), period)
    if (
        re.search(r"\b(?:up to|max\w*|not exceed|upto|bis(?: zu)?)\b", value, re.IGNORECASE)
        and high == low
    ):
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
    if (match := _CURRENCY.search(value)) is not None:
        sign = match[0]
        if sign != "$":
            return _SIGNS.get(sign) or ("EUR" if sign.lower().startswith("euro") else sign.upper())
        return _dollars_around(surroundings)
    return next(_currencies_around(value, surroundings), "")


def _currencies_around(value: str, surroundings: str) -> Iterator[str]:
    """What is paid with where a mail is about, the surest first: countries, cities, addresses."""
    for text in (value, surroundings):
        yield from (currency for currency, telling in _COUNTRIES if telling.search(text))
    if city_currency := currency_of_cities(surroundings):
        yield city_currency
    for match in _COUNTRY_OF_ADDRESS.finditer(surroundings):
        yield _CURRENCY_OF_COUNTRY[match["country"]]
    yield from (currency for currency, numbers in _PHONES if numbers.search(surroundings))
