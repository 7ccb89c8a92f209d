"""How long somebody has worked."""

import re
from collections.abc import Sequence
from datetime import date

from blacklight_shared.numerals import NUMBER_WORDS

from blacklight_matching.resume.dates import covered_years, interval_of
from blacklight_matching.resume.positions import FoundPosition

_MOST_YEARS = 60

_NUMBER = rf"(?P<number>\d{{1,2}}(?:[.,]\d)?|{'|'.join(NUMBER_WORDS)})"
_CLAIM = re.compile(
    rf"""
    (?<![\w.,/-]){_NUMBER}[ ]?\+?[ ]?(?:\(\d+\)[ ]?)?
    (?:full[ ]|or[ ]more[ ]|plus[ ])?(?:years?|yrs?)['’]?s?[ ]?\+?[ ]
    (?:of[ ])?(?:[\w/&-]+[ ,]{{1,2}}){{0,5}}?experience\b
    | experience[ ]?(?:of|:|[-–])?[ ]?(?:over|more[ ]than|about)?[ ]?
      (?P<after>\d{{1,2}})[ ]?\+?[ ]?(?:years?|yrs?)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def years_of_experience(positions: Sequence[FoundPosition], text: str, today: date) -> float | None:
    """Years worked, to a tenth; None when the CV says nothing.

    The union of the dated jobs counts, so that two jobs at a time count once. What the CV claims
    ("8+ years of experience") counts when no job is dated, or when some are not and it claims
    more.
    """
    dated = [position.dates for position in positions if position.dates is not None]
    worked = covered_years(interval_of(dates, today) for dates in dated)
    claimed = _claimed_years(text)
    if not dated:
        return claimed
    if claimed is not None and len(dated) < len(positions):
        worked = max(worked, claimed)
    return round(min(worked, _MOST_YEARS), 1)


def _claimed_years(text: str) -> float | None:
    """The largest number of years that the CV claims."""
    claims = [_value(match["number"] or match["after"]) for match in _CLAIM.finditer(text)]
    return max((years for years in claims if years <= _MOST_YEARS), default=None)


def _value(number: str) -> float:
    word = number.casefold()
    return float(NUMBER_WORDS[word]) if word in NUMBER_WORDS else float(word.replace(",", "."))
