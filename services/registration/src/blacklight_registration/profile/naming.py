"""The company's name and what it does, in its own words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from blacklight_shared.registrations import Fact, site_of

from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.profile.structured import organizations, text_of

MAX_DESCRIPTION_CHARACTERS = 600

_TITLE_BREAK = re.compile(r"\s+[|–—·:»-]\s+|\s*\|\s*")
_LETTERS = re.compile(r"[^a-z0-9]+")
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_SHORTEST_DESCRIPTION = 25
_SHORTEST_SHARED_NAME = 3


def company_name(pages: Sequence[ParsedPage]) -> Fact | None:
    """What the company calls itself: in its structured data, else in the title of its pages.

    A part of a title is a name only if the site's address agrees with it.
    """
    for node, url in organizations(pages):
        if name := text_of(node.get("name") or node.get("legalName")):
            return Fact(value=name, source_url=url)
    for page in pages:
        for key in ("og:site_name", "application-name"):
            if key in page.meta:
                return Fact(value=page.meta[key], source_url=page.url)
    for page in pages:
        for part in _TITLE_BREAK.split(page.title or ""):
            if _agrees_with_address(part, page.url):
                return Fact(value=part.strip(), source_url=page.url)
    return None


def what_it_does(pages: Sequence[ParsedPage]) -> Fact | None:
    """One or two sentences by which the company describes itself."""
    for text, url in _descriptions(pages):
        if len(text) >= _SHORTEST_DESCRIPTION:
            return Fact(value=text[:MAX_DESCRIPTION_CHARACTERS], source_url=url)
    return None


def founded(pages: Sequence[ParsedPage]) -> Fact | None:
    """The year in which the company says it began."""
    for node, url in organizations(pages):
        date = text_of(node.get("foundingDate"))
        if date and (year := _YEAR.match(date)):
            return Fact(value=year[0], source_url=url)
    for page in pages:
        if said := _FOUNDED.search(page.main_text):
            return Fact(value=said["year"], source_url=page.url)
    return None


_YEAR = re.compile(r"1[6-9]\d\d|20\d\d")
_FOUNDED = re.compile(
    r"\b(?:(?:founded|established|started|incorporated)(?: in)?|in business since"
    r"|gegründet(?: im jahr)?|seit|fondée? en|depuis|fundada en|desde|fondata nel|opgericht in)"
    r"[ \n](?P<year>1[6-9]\d\d|20\d\d)\b",
    re.IGNORECASE,
)


def _descriptions(pages: Sequence[ParsedPage]) -> Iterator[tuple[str, str]]:
    for node, url in organizations(pages):
        if text := text_of(node.get("description")):
            yield text, url
    for page in pages:
        for key in ("description", "og:description"):
            if key in page.meta:
                yield page.meta[key], page.url
    for page in pages:
        for paragraph in page.main_text.splitlines():
            sentences = _SENTENCE.split(paragraph.strip())
            if sentences[0].endswith((".", "!")):
                yield " ".join(sentences[:2]), page.url


def _agrees_with_address(part: str, url: str) -> bool:
    label = _LETTERS.sub("", site_of(url).partition(".")[0])
    return any(
        min(len(letters), len(label)) >= _SHORTEST_SHARED_NAME
        and (letters.startswith(label) or label.startswith(letters))
        for letters in _as_in_addresses(part.lower().strip())
    )


def _as_in_addresses(name: str) -> Iterator[str]:
    """A name as domains spell it: without accents, or with German ones written out."""
    for spelling in (name.translate(_WRITTEN_OUT), name):
        plain = unicodedata.normalize("NFKD", spelling).encode("ascii", "ignore").decode()
        yield _LETTERS.sub("", plain)
