"""Titles in words that name no occupation, where something else tells that work is offered."""

from __future__ import annotations

import re

from blacklight_email_sync.parsing.rules.places import is_known
from blacklight_email_sync.parsing.rules.titles import is_arrangement, pieces_of, requests_in

_MOST_WORDS_OF_PHRASE = 6
_COUNTS = frozenset({"a", "an", "one", "two", "three", "four", "five", "six", "another"})
_PHRASE = re.compile(
    r"(?P<title>[A-Za-z0-9][\w&/-]{2,20}(?: [A-Za-z][\w&/-]{1,20}){0,3}?)"
    r"(?=[,;.!\n]| (?:for|in|at|to|with|who|on|from|starting|asap|tomorrow|tonight|by|that)\b)"
)
_NO_WORK_LIST = """
    answer call chat copy credit date day deal demo document documents estimate few file form help
    hour idea info invoice job letter link list look lot manager's meeting message minute month
    more name new note number offer one opinion order others part people person po position price
    project quick quote rate refund reply report response resume role room sample schedule second
    signature signed solution somebody someone something space start statement task temp test thing
    time timesheet update vendor way week while word year new copy way
"""
_NO_WORK = frozenset(_NO_WORK_LIST.split())
"""What is asked for in mails about anything else."""
_VERB = re.compile(
    r"\b(?:requires?|needs?|is|are|has|have|was|were|will|looking|confirm\w*|update|question)\b",
    re.IGNORECASE,
)


def asked_phrase(text: str) -> str:
    """The words behind a request, whatever they are: "need a sauté man at the Elm Street place"."""
    for match in requests_in(text):
        phrase = _PHRASE.match(text, match.end())
        if phrase and _is_count(match[0].split()[-1]):
            words = set(phrase["title"].casefold().split())
            if not words & _NO_WORK:
                return phrase["title"]
    return ""


def subject_phrase(subject: str) -> str:
    """The first piece of a subject that is no place and no term, whatever its words are."""
    for phrase in pieces_of(subject):
        is_short = 0 < len(phrase.split()) <= _MOST_WORDS_OF_PHRASE and phrase[:1].isupper()
        if is_short and not (is_arrangement(phrase) or is_known(phrase) or _VERB.search(phrase)):
            return phrase
    return ""


def _is_count(word: str) -> bool:
    return word.isdecimal() or word.casefold() in _COUNTS
