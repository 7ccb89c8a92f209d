"""When an ordinary word counts as a skill.

"Go", "R", "Excel" or "Spring" are skills in a list of skills and ordinary words elsewhere. Such a
guarded spelling counts when it is written as the taxonomy writes it and at least one holds:

- **cue**: a telling word stands directly before or after it ("proficient in R", "using Excel",
  "Go developer", "Excel spreadsheets");
- **list**: it stands alone between separators, and a skill that is already sure lies within
  ``_REACH`` characters ("Python, R, SQL", "C/C++", one skill a line);
- **join**: a comma, slash or "and" is all that stands between it and a skill that is sure
  ("Python or R would help");
- **pair**: it stands alone between separators next to another guarded skill that does, too
  ("Word, Excel").

It never counts as a part of a compound ("Go-getter", "R&D", "C-level"). Phrases in which it is an
ordinary word in spite of these rules are listed in ``data/stop_phrases.txt``.
"""

import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import NamedTuple


class Candidate(NamedTuple):
    """A possible mention, ``text[start:end]``."""

    start: int
    end: int
    skill_id: int


def crosses_a_break(written: str) -> bool:
    """Tell whether a punctuation mark that separates phrases stands within ``written``."""
    return _BREAK.search(written) is not None


def supported(text: str, guarded: list[Candidate], sure: list[Candidate]) -> list[Candidate]:
    """Return those ``guarded`` candidates that their surroundings support.

    Args:
        text: The text the candidates were found in.
        guarded: Candidates to judge, in order of position.
        sure: Candidates that are skills in any case, in order of position.
    """
    free = [candidate for candidate in guarded if not _in_compound(text, candidate)]
    listed = [candidate for candidate in free if _stands_alone(text, candidate)]
    known = {*sure, *(candidate for candidate in free if _has_cue(text, candidate))}
    for left, right in pairwise(listed):
        if left.skill_id != right.skill_id and _PAIR_GLUE.fullmatch(text, left.end, right.start):
            known.update((left, right))
    _spread(known, sorted({*known, *listed}), _is_near)
    _spread(known, sorted({*known, *free}), partial(_is_joined, text))
    return [candidate for candidate in guarded if candidate in known]


def _spread(
    known: set[Candidate],
    candidates: list[Candidate],
    supports: Callable[[Candidate, Candidate], bool],
) -> None:
    """Add to ``known`` what a known neighbour supports, along the text and back.

    Args:
        known: Candidates that count.
        candidates: Those and others, in order of position.
        supports: Tells of two candidates, in order of position, whether one makes the other count.
    """
    left: Candidate | None = None
    for candidate in candidates:
        if candidate in known or (left is not None and supports(left, candidate)):
            known.add(candidate)
            left = candidate
    right: Candidate | None = None
    for candidate in reversed(candidates):
        if candidate in known or (right is not None and supports(candidate, right)):
            known.add(candidate)
            right = candidate


def _is_near(left: Candidate, right: Candidate) -> bool:
    return right.start - left.end <= _REACH


def _is_joined(text: str, left: Candidate, right: Candidate) -> bool:
    return _JOINT.fullmatch(text, left.end, right.start) is not None


_REACH = 60
_BEFORE = 24
_AFTER = 24

_BREAK = re.compile(r"[,;:!?|•·()\[\]&/\\]|\.\s|\n\s*\n")

_SEPARATOR_BEFORE = re.compile(
    r"(?:^|[\n\t,;/|•·●▪◦*(\[:&+–—-]|\b(?:and|or|und|et|y|e)\b)[ \xa0]*$", re.IGNORECASE
)
_SEPARATOR_AFTER = re.compile(
    r"[ \xa0]*(?:v?\d[\d.+x]{0,3}[ \xa0]*)?"  # a version
    r"(?:$|[\n\t,;/|•·●▪◦*)\](&+–—]|\.(?!\w)|-\s|\b(?:and|or|und|et|y|e)\b)",
    re.IGNORECASE,
)
_PAIR_GLUE = re.compile(r"[\s,;/|•·●▪◦*&+]{1,6}(?:(?:and|or)\s{1,2})?")

_JOINT = re.compile(r"\s?[,/]\s?(?:(?:and|or)\s)?|\s(?:and|or|and/or|&)\s")

_CUE_BEFORE = re.compile(
    r"\b(?:in|with|using|via|like|including|such as|(?:knowledge|understanding|command|use) of"
    r"|advanced|basic|strong|intermediate|expert|excellent|microsoft|ms|apache|adobe|modern"
    r"|languages?|tools?|technologies|frameworks?|software|skills?|stack)[:(]?[ \xa0]{1,2}$",
    re.IGNORECASE,
)
_CUE_AFTER = re.compile(
    r"[ \xa0](?:programming|language|developers?|programmers?|engineers?|coding|scripts?|scripting"
    r"|frameworks?|librar(?:y|ies)|spreadsheets?|macros?|formulas?|pivot|workbooks?|databases?"
    r"|queries|packages?|skills|certified|certification)\b",
    re.IGNORECASE,
)


def _in_compound(text: str, candidate: Candidate) -> bool:
    before = text[candidate.start - 1 : candidate.start]
    after = text[candidate.end : candidate.end + 2]
    if before in _GLUED or (
        before == "." and text[candidate.start - 2 : candidate.start - 1].strip()
    ):
        return True
    return after[:1] in _GLUED or (after[:1] == "." and after[1:].isalnum())


_GLUED = frozenset("-&'’@_#$")


def _stands_alone(text: str, candidate: Candidate) -> bool:
    before = text[max(0, candidate.start - _BEFORE) : candidate.start]
    after = text[candidate.end : candidate.end + _AFTER]
    return bool(_SEPARATOR_BEFORE.search(before) and _SEPARATOR_AFTER.match(after))


def _has_cue(text: str, candidate: Candidate) -> bool:
    before = text[max(0, candidate.start - _BEFORE) : candidate.start]
    after = text[candidate.end : candidate.end + _AFTER]
    return bool(_CUE_BEFORE.search(before) or _CUE_AFTER.match(after))
