"""Jobs held, out of the lines of a CV that tell them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from blacklight_shared.roles.title_finding import title_in

from blacklight_matching.locations import parse_location
from blacklight_matching.resume.dates import MONTH_NAME, DateRange, Point, find_ranges


@dataclass(frozen=True, slots=True)
class FoundPosition:
    """A job and where it is told.

    Attributes:
        title: As written.
        employer: None when not recognised.
        dates: None when the CV gives none.
        lines: The lines that describe the job, the heading included.
    """

    title: str
    employer: str | None
    dates: DateRange | None
    lines: tuple[str, ...]


def find_positions(lines: Sequence[str], today: date) -> list[FoundPosition]:
    """Find the jobs told in ``lines``, newest first; those without date come last.

    A job is recognised by a stretch of time with a job title on the same line or on one of the
    short lines around it, or by a short line that is nothing but a title. Lines up to the next
    job describe it.
    """
    headings = _dated_headings(lines, today)
    dated_lines = {number for heading in headings for number in heading.numbers}
    if not any(heading.title for heading in headings):
        headings = []
        dated_lines = set()
    headings += _undated_headings(lines, dated_lines)
    headings.sort(key=lambda heading: min(heading.numbers))
    starts = [min(heading.numbers) for heading in headings] + [len(lines)]
    found = [
        FoundPosition(
            heading.title, heading.employer, heading.dates, tuple(lines[start : starts[index + 1]])
        )
        for index, (heading, start) in enumerate(zip(headings, starts, strict=False))
        if heading.title
    ]
    return sorted(found, key=_recency, reverse=True)


def _recency(position: FoundPosition) -> tuple[bool, bool, Point, Point]:
    dates = position.dates
    if dates is None:
        return (False, False, Point(0, 0), Point(0, 0))
    return (True, dates.is_current, _comparable(dates.end), _comparable(dates.start))


def _comparable(point: Point | None) -> Point:
    return Point(0, 0) if point is None else Point(point.year, point.month or 0)


@dataclass(frozen=True, slots=True)
class _Heading:
    """The lines that introduce a job, by number; an empty title marks dates of something else."""

    title: str
    employer: str | None
    dates: DateRange | None
    numbers: tuple[int, ...]


_BULLET = re.compile(r"^\s*(?:[•●▪◦■*►➢✓·o]\s|[-–—]\s)")
_LONGEST_HEADING = 110
_SENTENCE = re.compile(r"(?:\S+\s+){6,}\S*[a-z]{3,}[.;]\s*$")
_LOOK_AROUND = (1, 2, -1, -2)


def _dated_headings(lines: Sequence[str], today: date) -> list[_Heading]:
    """Headings by their dates; stretches of time first, a single date only where none is near."""
    ranges: dict[int, DateRange] = {}
    for number, line in enumerate(lines):
        dates = find_ranges(line, today)
        if dates and not _is_prose(line, dates[0]):
            ranges[number] = dates[0]
    stretches = {number for number, dates in ranges.items() if not dates.is_single}
    found: list[_Heading] = []
    taken: set[int] = set()
    for number in [*sorted(stretches), *sorted(ranges.keys() - stretches)]:
        if number not in taken:
            heading = _heading_at(lines, number, ranges[number], stretches | taken)
            taken.update(heading.numbers)
            found.append(heading)
    return found


def _is_prose(line: str, dates: DateRange) -> bool:
    """Tell whether a date is only mentioned: a single one within a sentence or a bullet."""
    around = len(line) - (dates.last - dates.first)
    return around > _LONGEST_HEADING * 2 or (
        dates.is_single and (around > _LONGEST_NEIGHBOUR or _BULLET.match(line) is not None)
    )


def _heading_at(lines: Sequence[str], number: int, dates: DateRange, others: set[int]) -> _Heading:
    own = f"{lines[number][: dates.first]} \t {lines[number][dates.last :]}"
    if (title := _first_title(own)) is not None:
        around = [own, *_short_neighbours(lines, number, others, (1, -1))]
        return _Heading(title, _employer(around, title), dates, (number,))
    for step in _LOOK_AROUND:
        near = number + step
        if not _may_be_heading(lines, near, others):
            continue
        if (title := _first_title(lines[near])) is not None:
            around = [own, lines[near], *_short_neighbours(lines, near, others | {number}, (1, -1))]
            around += _short_neighbours(lines, number, others | {near}, (1, -1))
            return _Heading(title, _employer(around, title), dates, (number, near))
    return _Heading("", None, dates, (number,))


def _may_be_heading(lines: Sequence[str], number: int, others: set[int]) -> bool:
    if not 0 <= number < len(lines) or number in others:
        return False
    line = lines[number]
    return (
        bool(line.strip())
        and len(line) <= _LONGEST_HEADING
        and not (_BULLET.match(line) or _SENTENCE.search(line))
    )


_LONGEST_NEIGHBOUR = 60


def _short_neighbours(
    lines: Sequence[str], number: int, others: set[int], steps: tuple[int, ...]
) -> list[str]:
    """Lines beside a heading that may name the employer; lists are of something else."""
    near = [lines[number + s] for s in steps if _may_be_heading(lines, number + s, others)]
    return [line for line in near if len(line) <= _LONGEST_NEIGHBOUR and line.count(",") <= 2]


_PIECES = re.compile(r"\s[-–—]{1,2}\s|\t|\s{2,}|\||[;()]|:\s|\s[-–—]{1,2}|^[-–—]{1,2}\s")


_TRIM = " ,:–—-"
_BEFORE_TITLE = _TRIM + "0123456789/"


def _first_title(text: str) -> str | None:
    pieces = [
        MONTH_NAME.sub("", piece.lstrip(_BEFORE_TITLE)).strip(_TRIM)
        for piece in _PIECES.split(text)
    ]
    for piece in pieces:
        if piece and (title := title_in(piece)) is not None:
            return title
    for piece in pieces:
        # "Acme Ltd, Senior Engineer"
        for part in piece.split(",")[1:]:
            if (title := title_in(part.strip())) is not None:
                return title
    return None


_EMPLOYER_JOINT = re.compile(r",\s|\s@\s|\bat\s(?=[A-Z\"«“])|\s{2,}")
_LONGEST_EMPLOYER = 60
_MOST_EMPLOYER_WORDS = 6
_NOT_EMPLOYER = re.compile(
    r"\d{4}|https?:|www\.|@|\b(?:projects?|remote|freelance|full[- ]time|part[- ]time|present)\b"
    r"|^(?:description|responsibilities|duties|achievements|stack|technologies|work experience"
    r"|experience|education|skills|summary|tasks|tools|team|role|position|employment)\b",
    re.IGNORECASE,
)


def _employer(around: Sequence[str], title: str) -> str | None:
    """The first piece next to the title that is a name and neither a title nor a place."""
    for text in around:
        rest = text.replace(title, "\t", 1)
        for piece in _PIECES.split(rest):
            for part in _EMPLOYER_JOINT.split(piece):
                name = part.strip(" ,.:;–—-\"“”«»'/*")
                if _is_employer(name):
                    return name
    return None


def _is_employer(name: str) -> bool:
    return (
        1 < len(name) <= _LONGEST_EMPLOYER
        and len(name.split()) <= _MOST_EMPLOYER_WORDS
        and name[0].isalpha()
        and not name[0].islower()
        and _NOT_EMPLOYER.search(name) is None
        and MONTH_NAME.match(name) is None
        and title_in(name) is None
        and parse_location(name) is None
    )


_LONGEST_PLAIN_TITLE = 70


def _undated_headings(lines: Sequence[str], dated_lines: set[int]) -> list[_Heading]:
    """Short lines that are a title, away from the lines of dated jobs and from each other."""
    found: list[_Heading] = []
    taken = {near for number in dated_lines for near in range(number - 2, number + 3)}
    for number, line in enumerate(lines):
        if number in taken or len(line) > _LONGEST_PLAIN_TITLE:
            continue
        if _may_be_heading(lines, number, taken) and (title := _first_title(line)) is not None:
            found.append(_Heading(title, _employer([line], title), None, (number,)))
            taken.add(number + 1)
    return found
