"""Tells when two postings are one requirement that reached the firm through several recruiters.

Vendors pass a client's requirement on with greetings, labels and signatures of their own, often in
another order, and most do not name the client. So what is compared is the work: the title's normal
form, the places, and the shingles of the description, which is hashed with MinHash.

Source: A. Z. Broder, On the resemblance and containment of documents, 1997.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from blacklight_shared.roles.titles import normalise_title
from blacklight_shared.work_terms import WorkMode

from blacklight_email_sync.parsing.model import ExtractedPosting
from blacklight_email_sync.parsing.rules.label_names import Field
from blacklight_email_sync.parsing.rules.labels import find_labelled

_SHINGLE_WORDS = 3
_HASHES = 64
_HASH_BYTES = 8
_ROWS_PER_BAND = 4
_FEWEST_SHINGLES = 8
_LEAST_RESEMBLANCE = 0.5
_LEAST_RESEMBLANCE_OTHER_CLIENT = 0.9
"""Some vendors name themselves or a middleman as the client."""

_WORD = re.compile(r"[^\W_]+[+#]*")
_CHROME = re.compile(
    r"(?i)\b(?:hi|hello|dear|greetings|regards|thanks|thank you|please|kindly|share|send|forward"
    r"|resumes?|profiles?|hope you are|my name is|let me know|interested|call|phone|e-?mail)\b"
)
_NOT_COMPARED = frozenset(
    {
        *(Field.PAY, Field.EMPLOYMENT, Field.CONTACT, Field.EMAIL, Field.PHONE, Field.COMPANY),
        *(Field.REFERENCE, Field.CLIENT, Field.APPLICANT, Field.AUTHORIZATION),
    }
)
"""Lines with these labels are each vendor's own."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of a posting.

    Attributes:
        title: Normal form.
        places: Folded, without order; "remote" is one.
        client: Folded; "" where it is not named.
        signature: 64 minima of hashed shingles, 8 bytes each; empty where the description is too
            short for that; then an equal client makes two postings one, or equal words.
        digest: Of the words of a description that is too short for a signature, else empty.
    """

    title: str
    places: frozenset[str]
    client: str
    signature: bytes
    digest: bytes

    def keys(self) -> frozenset[bytes]:
        """Keys to look candidates up by: postings that are one share at least one, nearly always.

        Bands of the signature, each with the title; of short descriptions title and client.
        """
        if not self.signature:
            return frozenset(
                {_hash(self.title.encode() + (self.client.encode() or self.digest), 0)}
            )
        band_bytes = _ROWS_PER_BAND * _HASH_BYTES
        bands = range(0, len(self.signature), band_bytes)
        return frozenset(
            _hash(self.title.encode() + b"\0" + self.signature[start : start + band_bytes], start)
            for start in bands
        )


def fingerprint(posting: ExtractedPosting) -> Fingerprint:
    """Compute what is compared of a posting; the same posting gives the same for ever."""
    shingles = _shingles(posting.description)
    is_short = len(shingles) < _FEWEST_SHINGLES
    return Fingerprint(
        title=normalise_title(posting.title),
        places=_places(posting),
        client=_fold(posting.client),
        signature=b"" if is_short else _minima(shingles),
        digest=_hash(_fold(posting.description).encode(), 0) if is_short else b"",
    )


def same_requirement(one: Fingerprint, other: Fingerprint) -> bool:
    """Tell whether two postings are one requirement.

    Symmetric, and true of a fingerprint and itself. Titles must agree, and places unless one
    posting names none. Different clients speak against it, but not if nearly every word agrees.
    """
    if one == other:
        return True
    if one.title != other.title or not _may_be_one_place(one, other):
        return False
    names_differ = bool(one.client and other.client and one.client != other.client)
    if not one.signature or not other.signature:
        return bool(one.client) and one.client == other.client
    least = _LEAST_RESEMBLANCE_OTHER_CLIENT if names_differ else _LEAST_RESEMBLANCE
    return resemblance(one, other) >= least


def resemblance(one: Fingerprint, other: Fingerprint) -> float:
    """The estimated share of shingles that two descriptions have in common, 0 to 1."""
    if not one.signature or not other.signature:
        return 0.0
    size = _HASH_BYTES
    equal = sum(
        one.signature[start : start + size] == other.signature[start : start + size]
        for start in range(0, len(one.signature), size)
    )
    return equal / _HASHES


def _may_be_one_place(one: Fingerprint, other: Fingerprint) -> bool:
    return not one.places or not other.places or bool(one.places & other.places)


def _places(posting: ExtractedPosting) -> frozenset[str]:
    places = {_fold(place.partition(",")[0]) for place in posting.locations}
    if posting.work_mode is WorkMode.REMOTE:
        places.add("remote")
    return frozenset(filter(None, places))


def _fold(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _shingles(description: str) -> frozenset[bytes]:
    """Runs of words, without the lines in which vendors speak of themselves."""
    own_lines = {
        description.count("\n", 0, item.start)
        for item in find_labelled(description)
        if item.field in _NOT_COMPARED and item.opens_line
    }
    words = [
        word
        for number, line in enumerate(description.split("\n"))
        if number not in own_lines and not _CHROME.search(line)
        for word in _words(line)
    ]
    runs = range(len(words) - _SHINGLE_WORDS + 1)
    return frozenset(" ".join(words[at : at + _SHINGLE_WORDS]).encode() for at in runs)


def _minima(shingles: Iterable[bytes]) -> bytes:
    """One hash of a shingle, spread to 64 by odd multipliers; the minimum of each."""
    hashes = [int.from_bytes(_hash(shingle, 0)) for shingle in shingles]
    return b"".join(
        min(hashed * multiplier + shift & _MASK for hashed in hashes).to_bytes(_HASH_BYTES)
        for multiplier, shift in _SPREAD
    )


def _hash(data: bytes, salt: int) -> bytes:
    return blake2b(data, digest_size=_HASH_BYTES, salt=salt.to_bytes(2)).digest()


_MASK = 2 ** (8 * _HASH_BYTES) - 1
_SPREAD = tuple(
    (
        int.from_bytes(_hash(b"multiplier", number)) | 1,
        int.from_bytes(_hash(b"shift", number)),
    )
    for number in range(_HASHES)
)
