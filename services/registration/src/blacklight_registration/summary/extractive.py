"""A summary in the company's own sentences: nothing is written, everything is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from blacklight_shared.registrations import (
    Claim,
    CompanyProfile,
    PageKind,
    Summary,
    SummaryMethod,
)

from blacklight_registration.pages.html import ParsedPage

MAX_CLAIMS = 5
MIN_SENTENCE_CHARACTERS = 30
MAX_SENTENCE_CHARACTERS = 320

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-ZÄÖÜÉÈÀ\d“\"])")
_SPEAKS_OF_ITSELF = re.compile(
    r"\b(?:we|our|us|wir|unser\w*|nous|notre|nuestr\w+)\b", re.IGNORECASE
)
_TELLS = re.compile(
    r"\b(?:founded|since|based in|headquarter\w+|speciali[sz]\w+|provid\w+|build\w*|develop\w*"
    r"|mak\w+|help\w*|serv\w+|offer\w*|deliver\w*|manufactur\w+|operat\w+|employ\w*|customers|clients"
    r")\b",
    re.IGNORECASE,
)
_SAYS_NOTHING = re.compile(
    r"[?…]|\b(?:cookies?|click|subscribe|newsletter|copyright|all rights reserved|read more"
    r"|learn more|sign up|javascript)\b|©|\|",
    re.IGNORECASE,
)
_WORTH = {PageKind.ABOUT: 2.0, PageKind.HOME: 1.5, PageKind.SERVICES: 1.0, PageKind.TEAM: 0.5}
_FIRST_SENTENCES = 3


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    source_url: str
    score: float
    order: int


def quote_site(pages: Sequence[tuple[PageKind, ParsedPage]], profile: CompanyProfile) -> Summary:
    """The sentences that tell the most about the company, in the order of the pages.

    Args:
        pages: With the home page first.
        profile: Its name and description are looked for.
    """
    candidates = sorted(_candidates(pages, profile), key=lambda sentence: -sentence.score)
    chosen: list[_Sentence] = []
    for sentence in candidates:
        if len(chosen) < MAX_CLAIMS and not any(_repeats(sentence, known) for known in chosen):
            chosen.append(sentence)
    chosen.sort(key=lambda sentence: sentence.order)
    claims = [Claim(text=sentence.text, source_url=sentence.source_url) for sentence in chosen]
    return Summary(method=SummaryMethod.EXTRACTIVE, claims=claims)


def _candidates(
    pages: Sequence[tuple[PageKind, ParsedPage]], profile: CompanyProfile
) -> Iterator[_Sentence]:
    order = 0
    if profile.what_it_does is not None:
        fact = profile.what_it_does
        yield _Sentence(fact.value, fact.source_url, score=10.0, order=0)
    for kind, page in pages:
        for position, text in enumerate(_sentences(page.main_text)):
            order += 1
            score = _score(text, kind, position, profile)
            if score > 0:
                yield _Sentence(text, page.url, score, order)


def _sentences(text: str) -> Iterator[str]:
    for paragraph in text.splitlines():
        for sentence in _SENTENCE_END.split(paragraph.strip()):
            is_sentence = sentence.endswith((".", "!"))
            if is_sentence and MIN_SENTENCE_CHARACTERS <= len(sentence) <= MAX_SENTENCE_CHARACTERS:
                yield sentence


def _score(text: str, kind: PageKind, position: int, profile: CompanyProfile) -> float:
    worth = _WORTH.get(kind, 0.0)
    if worth == 0 or _SAYS_NOTHING.search(text):
        return 0.0
    score = worth * (1.2 if position < _FIRST_SENTENCES else 0.6)
    if profile.name is not None and profile.name.value.casefold() in text.casefold():
        score += 1.5
    score += 0.5 * min(len(_TELLS.findall(text)), 3)
    score += 0.5 if _SPEAKS_OF_ITSELF.search(text) else 0.0
    return score + (0.5 if any(map(str.isdigit, text)) else 0.0)


def _repeats(sentence: _Sentence, known: _Sentence) -> bool:
    mine, theirs = (
        set(re.findall(r"\w+", text.casefold())) for text in (sentence.text, known.text)
    )
    return len(mine & theirs) >= 0.7 * min(len(mine), len(theirs))
