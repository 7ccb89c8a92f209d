"""Years of experience a posting asks for."""

import re
from collections.abc import Iterator

from blacklight_shared.numerals import NUMBER_WORDS
from blacklight_shared.work_terms import YearsRange

MOST_YEARS = 30

_WORDS = "|".join(NUMBER_WORDS)
_NUMBER = rf"(?:\d{{1,2}}(?:\.\d)?|{_WORDS})"
_STATEMENT = re.compile(
    rf"""
    (?P<limit>\b(?:up[ ]to|at[ ]most|no[ ]more[ ]than|maximum(?:[ ]of)?|less[ ]than|under)[ ])?
    (?<![\d,$€£/-])(?<!\d\.)(?P<low>\d{{1,2}}(?:\.\d)?|\b(?:{_WORDS}))[ ]?(?:\(\d{{1,2}}\)[ ]?)?
    (?:\+|[ ]?plus\b|[ ]or[ ]more)?
    (?:[ ]?(?:-|–|—|to|or)[ ]?(?P<high>{_NUMBER})[ ]?(?:\(\d{{1,2}}\)[ ]?)?(?P<open>\+)?)?
    [ ]?(?:full[ ])?(?:years?|yrs?\b\.?)['’]?s?(?P<more>[ ]?\+|[ ]or[ ]more)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ABOUT_EXPERIENCE = re.compile(
    r"experience|\bexp\b|background|\bin (?:a |an |the )?(?:similar|related|relevant|role|position)"
    r"|\bworking\b|\bprofessional\b|\bindustry\b|\bof (?:\w+ ){0,3}(?:work|practice|development"
    r"|analysis|programming|management)\b",
    re.IGNORECASE,
)
_NOT_EXPERIENCE = re.compile(
    r"^\s*(?:of age|old|ago|in (?:business|operation|a row)|later|running|history|contract|warranty"
    r"|anniversary|term\b)",
    re.IGNORECASE,
)
_NOT_EXPERIENCE_BEFORE = re.compile(
    r"(?:past|last|next|previous|first|within|every|over the|for (?:over|more than|nearly|almost)"
    r"|founded|celebrat\w+|age)\s*(?:than |the )?$",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:preferred|a plus|nice to have|ideal(?:ly)?|desired|bonus)\b", re.IGNORECASE
)
_ALTERNATIVE = re.compile(r"\b(?:degree|bachelor|master|ph\.?d|diploma|\bor\b)", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\n|[.!?;]\s+(?=[A-Z\d])|[•●▪]")
_YEARS = re.compile(r"[yY](?:ea)?rs?|Y(?:EA)?RS?")
_LONGEST_SENTENCE = 300
_REACH_BEHIND, _REACH_BEFORE = 90, 60

_SENIORITY = tuple(
    (re.compile(rf"\b(?:{words})\b", re.IGNORECASE), years)
    for words, years in (
        ("intern|internship|trainee|apprentice|working student", YearsRange(0.0, 1.0)),
        ("junior|jr|entry[- ]level|graduate|new grad", YearsRange(0.0, 2.0)),
        ("mid|mid[- ]level|intermediate", YearsRange(2.0, 5.0)),
        ("chief|vp|vice president|svp|evp", YearsRange(10.0, None)),
        (r"director|head of|principal|staff(?= \w+ (?:engineer|scientist))", YearsRange(8.0, None)),
        ("senior|sr|lead|manager", YearsRange(5.0, None)),
    )
)
"""Usual experience by the seniority in a title, in years: a convention, not a measurement."""


def find_years(title: str, description: str) -> YearsRange | None:
    """Find the years of experience a posting asks for.

    Of several statements the most demanding counts ("5+ years in analytics, 2+ years of SQL" is
    5), but alternatives within a sentence count with the least ("Bachelor's and 5 years, or
    Master's and 3 years" is 3). Wishes count only when nothing is required. Where the text says
    nothing, the seniority in the title gives a usual range.
    """
    required: list[YearsRange] = []
    wished: list[YearsRange] = []
    for sentence in _sentences_with_years(description):
        statements = list(_statements(sentence))
        if statements:
            kind = wished if _WISH.search(sentence) else required
            kind.append(_of_sentence(sentence, statements))
    stated = required or wished
    if stated:
        return max(stated, key=lambda years: years.minimum or 0)
    return _usual_years(title)


def _sentences_with_years(text: str) -> Iterator[str]:
    reach = 0
    for match in _YEARS.finditer(text):
        if match.start() < reach:
            continue
        breaks = _SENTENCE_END.finditer(
            text, max(reach, match.start() - _LONGEST_SENTENCE), match.start()
        )
        start = max(
            (found.end() for found in breaks), default=max(0, match.start() - _LONGEST_SENTENCE)
        )
        stop = _SENTENCE_END.search(text, match.end(), match.end() + _LONGEST_SENTENCE)
        reach = stop.start() if stop else match.end() + _LONGEST_SENTENCE
        yield text[start:reach]


def _statements(sentence: str) -> Iterator[YearsRange]:
    for match in _STATEMENT.finditer(sentence):
        behind = sentence[match.end() : match.end() + _REACH_BEHIND]
        before = sentence[max(0, match.start() - _REACH_BEFORE) : match.start()]
        if _NOT_EXPERIENCE.match(behind) or _NOT_EXPERIENCE_BEFORE.search(before):
            continue
        if _ABOUT_EXPERIENCE.search(behind) or _ABOUT_EXPERIENCE.search(before):
            years = _range_of(match)
            if years is not None:
                yield years


def _range_of(match: re.Match[str]) -> YearsRange | None:
    low = _value(match["low"])
    high = _value(match["high"]) if match["high"] else None
    if max(low, high or 0) > MOST_YEARS:
        return None
    if match["limit"] and high is None:
        return YearsRange(None, low)
    if high is None or match["open"] or match["more"] or high < low:
        return YearsRange(low, None)
    return YearsRange(low, high)


def _value(number: str) -> float:
    return float(NUMBER_WORDS.get(number.casefold(), number))


def _of_sentence(sentence: str, statements: list[YearsRange]) -> YearsRange:
    choose = min if len(statements) > 1 and _ALTERNATIVE.search(sentence) else max
    return choose(statements, key=lambda years: years.minimum or 0)


def _usual_years(title: str) -> YearsRange | None:
    return next((years for pattern, years in _SENIORITY if pattern.search(title)), None)
