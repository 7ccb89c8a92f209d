"""Certificates and licences."""

import re
from collections.abc import Iterable, Sequence

_ELSEWHERE = re.compile(
    r"^(?=.{5,140}$)(?:.*\b(?:certified|certificate|certification|licensed|licence|license)\b.*)$",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"^(?:i|we|my|the|managed|responsible|worked|helped|ensured)\b", re.IGNORECASE
)
_TRIM = " \t•●▪◦■*►➢✓·-–—;,."
_SHORTEST, _LONGEST = 4, 140
_MOST = 30


def find_certifications(section: Sequence[str], education: Sequence[str]) -> tuple[str, ...]:
    """Find certificates.

    Args:
        section: Lines of the certificates sections; every short line there is one.
        education: Lines of the education sections; those that speak of certificates count.
    """
    elsewhere = (line for line in education if _ELSEWHERE.match(line.strip(_TRIM)))
    lines = (line.strip(_TRIM) for line in [*section, *elsewhere])
    return tuple(_distinct(lines))[:_MOST]


def _distinct(lines: Iterable[str]) -> dict[str, None]:
    return dict.fromkeys(
        line for line in lines if _SHORTEST <= len(line) <= _LONGEST and not _SENTENCE.match(line)
    )
