"""Whether two mails ask for the same person: vendors pass one requirement on, each in its words.

Rates, durations and visa terms differ from vendor to vendor and say nothing; title, client, place
and most of the description stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from blacklight_shared.roles import normalise_title
from blacklight_shared.work_terms import WorkMode

from blacklight_email_sync.parsing.model import ExtractedPosting

_SHINGLE_WORDS = 3
_SAME_TEXT = 0.7
"""Overlap coefficient of two descriptions of one requirement: vendors add greetings and terms."""
_MIN_REFERENCE_CHARACTERS = 4
_MIN_WORD_CHARACTERS = 2
_WORD = re.compile(r"\w+")
_LEGAL_FORMS = frozenset(
    {
        "inc",
        "llc",
        "ltd",
        "corp",
        "corporation",
        "co",
        "company",
        "gmbh",
        "plc",
        "group",
        "the",
    }
)
_NO_PLACES = frozenset(
    {
        "usa",
        "us",
        "united",
        "states",
        "of",
        "america",
        "remote",
        "hybrid",
        "onsite",
    }
)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What of a posting tells requirements apart.

    Attributes:
        title_key: The normal form of the title.
        client: Words of the client's name; empty when the mail keeps it to itself.
        vendor: Words of the name of who sends the requirement; empty when none is named.
        places: Words of each location; empty when none is named.
        is_remote: Whether the place does not matter.
        reference: Of the requirement, without punctuation; empty when there is none.
        shingles: Runs of three words of the description.
    """

    title_key: str
    client: frozenset[str]
    vendor: frozenset[str]
    places: frozenset[frozenset[str]]
    is_remote: bool
    reference: str
    shingles: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, posting: ExtractedPosting) -> Self:
        """The fingerprint of a posting."""
        places = (_words(location) - _NO_PLACES for location in posting.locations)
        return cls(
            title_key=normalise_title(posting.title),
            client=frozenset(_words(posting.client) - _LEGAL_FORMS),
            vendor=frozenset(_words(posting.company) - _LEGAL_FORMS),
            places=frozenset(filter(None, map(frozenset, places))),
            is_remote=posting.work_mode is WorkMode.REMOTE,
            reference="".join(_WORD.findall(posting.reference.casefold())),
            shingles=_shingles(posting.description),
        )


def same_requirement(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two postings are one requirement. Symmetric; a posting is the same as itself.

    Titles must mean the same. Client, place and one vendor's reference must not contradict each
    other; then an equal reference decides, or descriptions that are the same for the most part.
    """
    if one.title_key != other.title_key:
        return False
    if _contradict(one, other):
        return False
    if one.reference == other.reference and len(one.reference) >= _MIN_REFERENCE_CHARACTERS:
        return True
    return _overlap(one.shingles, other.shingles) >= _SAME_TEXT


def _contradict(one: Fingerprint, other: Fingerprint) -> bool:
    if one.client and other.client and not one.client & other.client:
        return True
    if one.vendor == other.vendor and one.reference and other.reference:
        # A vendor's own numbers tell its requirements apart, however alike it writes them.
        return one.reference != other.reference
    if one.is_remote and other.is_remote:
        return False
    if not one.places or not other.places:
        return False
    return not any(here <= there or there <= here for here in one.places for there in other.places)


def _overlap(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """Overlap coefficient: the share of the smaller set that the larger one holds, 0 to 1."""
    if not one or not other:
        return float(one == other)
    return len(one & other) / min(len(one), len(other))


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    if len(words) < _SHINGLE_WORDS:
        return frozenset({tuple(words)} if words else ())
    return frozenset(
        tuple(words[start : start + _SHINGLE_WORDS])
        for start in range(len(words) - _SHINGLE_WORDS + 1)
    )


def _words(text: str) -> set[str]:
    found: Iterable[str] = _WORD.findall(text.casefold())
    return {word for word in found if len(word) >= _MIN_WORD_CHARACTERS}
