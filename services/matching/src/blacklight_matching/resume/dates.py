"""Stretches of time as CVs write them: "Jan 2019 – Present", "03/2017-05/2019", "since 2020"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

MONTHS_PER_YEAR = 12


class Point(NamedTuple):
    """A month, or a year without one."""

    year: int
    month: int | None = None


@dataclass(frozen=True, slots=True)
class DateRange:
    """A stretch of time found in a text.

    Attributes:
        start: First month.
        end: Last month; equal to ``start`` for a single date, None for one that goes on.
        first: Offset of the range in the text.
        last: Offset behind the range.
    """

    start: Point
    end: Point | None
    first: int
    last: int

    @property
    def is_single(self) -> bool:
        """Whether it is one date rather than a stretch."""
        return self.start == self.end

    @property
    def is_current(self) -> bool:
        """Whether it goes on."""
        return self.end is None


def find_ranges(text: str, today: date) -> list[DateRange]:
    """Find the stretches of time in a line.

    Two dates with nothing but wide space between are a range, too: dashes get lost when PDFs are
    made. A single date counts when "since" or the like precedes or a dash follows it (it goes
    on), else as a range of itself. Ranges that run backwards or begin after ``today`` are no
    ranges; an end after ``today`` is cut.
    """
    found: list[DateRange] = []
    position = 0
    while (match := _DATE.search(text, position)) is not None:
        candidate = _range_at(text, match, today)
        if candidate is None:
            position = match.end()
        else:
            found.append(candidate)
            position = max(candidate.last, match.end())
    return found


class Interval(NamedTuple):
    """Months counted from the year 0, the last one not included."""

    first: int
    last: int


def interval_of(found: DateRange, today: date) -> Interval:
    """Turn a range into months.

    Named months count as a whole, first and last included. A year without month counts from its
    middle, so that "2015 – 2018" is three years and does not overlap "2018 – 2020"; within one
    year, half a year.
    """
    start = _months(found.start, at_end=False)
    end = today.year * MONTHS_PER_YEAR + today.month
    if found.end is not None:
        end = min(end, _months(found.end, at_end=True))
    if found.start.month is None and end - start < _HALF_YEAR:
        return Interval(end - _HALF_YEAR, end)
    return Interval(start, max(end, start))


def covered_years(intervals: Iterable[Interval]) -> float:
    """Years covered by the union of ``intervals``; overlaps count once."""
    months, reach = 0, 0
    for first, last in sorted(intervals):
        months += max(0, last - max(first, reach))
        reach = max(reach, last)
    return months / MONTHS_PER_YEAR


_HALF_YEAR = 6
_EARLIEST_YEAR = 1950

_MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner janvier janv enero ene gennaio",
            "feb february februar février fevrier fév febrero febbraio",
            "mar march märz maerz mär mars marzo mrt",
            "apr april avril avr abril abr aprile",
            "may mai mayo maggio mei",
            "jun june juni juin junio giugno",
            "jul july juli juillet juil julio luglio",
            "aug august août aout agosto ago",
            "sep sept september septembre septiembre settembre",
            "oct october okt oktober octobre octubre ottobre",
            "nov november novembre noviembre",
            "dec december dez dezember décembre decembre diciembre dic dicembre",
        ),
        start=1,
    )
    for name in names.split()
}
_NAMES = "|".join(sorted(map(re.escape, _MONTH_NAMES), key=len, reverse=True))
MONTH_NAME = re.compile(rf"^(?:{_NAMES})\b", re.IGNORECASE)
"""A month name that a range left behind at the start of a text."""

_YEAR = r"(?:19[5-9]\d|20\d\d)"
_DATE_BODY = rf"""
    (?:
        (?:\d{{1,2}}(?:st|nd|rd|th)?[ ]?[.]?[ ]?)?              # a day
        (?P<name>{_NAMES})[ ]?[.,/'’-]{{0,2}}[ ]{{0,2}}
            (?:\d{{1,2}}(?:st|nd|rd|th)?,[ ]?)?                 # March 3, 2017
            (?P<name_year>{_YEAR}|(?<=['’])\d\d)
      | (?:\d{{1,2}}[/.])?(?P<month>0?[1-9]|1[0-2])[ ]?[/.-][ ]?(?P<month_year>{_YEAR})
      | (?P<iso_year>{_YEAR})[/.-](?P<iso_month>0[1-9]|1[0-2])(?:[/.-]\d\d)?
      | (?P<year>{_YEAR})
    )
    (?:(?![\w%])(?![.,]\d)|(?={_YEAR}(?!\w)))                 # "20192021" lost its dash
    """
_SECOND_DATE = re.compile(_DATE_BODY, re.IGNORECASE | re.VERBOSE)
_DATE = re.compile(rf"(?<![\w/.,-]){_DATE_BODY}", re.IGNORECASE | re.VERBOSE)
_DASH = r"[-‐-―−~→]"
_TO = re.compile(
    rf"[ \t)]{{0,4}}(?:/?[ ]?{_DASH}{{1,3}}|/"
    r"|\b(?:to|till|til|until|through|thru|up to|bis|à|al?|hasta)\b)[ \t(]{0,4}",
    re.IGNORECASE,
)
_LOST_DASH = re.compile(r"[ \t\xa0]{2,40}|(?=\d)")
_NOW = re.compile(
    r"(?:the )?(?:present|current(?:ly)?(?: time)?|now(?:adays)?|today|to date|date|ongoing"
    r"|this day|heute|jetzt|dato|aujourd['’]hui|ce jour|actualidad|actual|presente|oggi"
    r"|till now)\b",
    re.IGNORECASE,
)
_SINCE = re.compile(r"\b(?:since|from|seit|depuis|desde|starting|as of)[ :]{1,3}$", re.IGNORECASE)
_SINCE_REACH = 14
_TWO_DIGIT_YEAR = re.compile(rf"(?:['’](?P<quoted>\d\d)|(?P<bare>\d\d))(?![\w/.]|{_DASH}?\d)")


def _range_at(text: str, match: re.Match[str], today: date) -> DateRange | None:
    start = _point(match, today)
    if start is None:
        return None
    separator = _TO.match(text, match.end())
    end, last = _end(text, match, separator, start, today)
    if end is None and last == match.end():
        return _single(text, match, separator, start)
    if end is not None and not _is_in_order(start, end):
        return None
    return DateRange(start, end, match.start(), last)


def _end(
    text: str,
    match: re.Match[str],
    separator: re.Match[str] | None,
    start: Point,
    today: date,
) -> tuple[Point | None, int]:
    """The end of a range and the offset behind it; (None, end of match) when there is none."""
    gap = separator or _LOST_DASH.match(text, match.end())
    if gap is None:
        return None, match.end()
    if (now := _NOW.match(text, gap.end())) is not None:
        return None, now.end()
    if (second := _SECOND_DATE.match(text, gap.end())) is not None:
        # A later year may be a plan; the caller cuts it at today.
        point = _point(second, today, may_be_later=True)
        if point is not None and (separator or _is_in_order(start, point)):
            return point, second.end()
    if separator and start.month is None:
        return _short_year(text, separator.end(), start, match.end())
    return None, match.end()


def _short_year(text: str, at: int, start: Point, otherwise: int) -> tuple[Point | None, int]:
    """The second year of "2015-17"."""
    match = _TWO_DIGIT_YEAR.match(text, at)
    if match is None:
        return None, otherwise
    year = start.year // 100 * 100 + int(match["quoted"] or match["bare"])
    return (Point(year), match.end()) if year >= start.year else (None, otherwise)


def _single(
    text: str, match: re.Match[str], separator: re.Match[str] | None, start: Point
) -> DateRange:
    before = text[max(0, match.start() - _SINCE_REACH) : match.start()]
    since = _SINCE.search(before)
    first = match.start() - (len(before) - since.start()) if since else match.start()
    goes_on = since is not None or (
        separator is not None and not text[separator.end() :].strip(" )\t")
    )
    return DateRange(start, None if goes_on else start, first, match.end())


def _point(match: re.Match[str], today: date, *, may_be_later: bool = False) -> Point | None:
    groups = match.groupdict()
    year_text = (
        groups["name_year"] or groups["month_year"] or groups["iso_year"] or groups["year"]
    ).lstrip("'’")
    year = int(year_text)
    if len(year_text) == len("99"):
        year += 2000 if year <= today.year % 100 else 1900
    month: int | None = None
    if groups["name"]:
        month = _MONTH_NAMES[groups["name"].lower()]
    elif number := groups["month"] or groups["iso_month"]:
        month = int(number)
    if year < _EARLIEST_YEAR or (
        not may_be_later and (year, month or 1) > (today.year, today.month)
    ):
        return None
    return Point(year, month)


def _is_in_order(start: Point, end: Point) -> bool:
    return _months(start, at_end=False) <= _months(end, at_end=True)


def _months(point: Point, *, at_end: bool) -> int:
    """Months since the year 0 at which a point begins, or ends."""
    if point.month is None:
        return point.year * MONTHS_PER_YEAR + _HALF_YEAR
    return point.year * MONTHS_PER_YEAR + point.month - (0 if at_end else 1)
