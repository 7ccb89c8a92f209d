"""What a page is probably about, judged by its address and by the words of the links to it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from urllib.parse import unquote, urlsplit

from blacklight_shared.registrations import PageKind

# How much a recruiter gets from such a page, from 0 to 1.
WORTH: dict[PageKind, float] = {
    PageKind.ABOUT: 1.0,
    PageKind.CAREERS: 0.95,
    PageKind.SERVICES: 0.9,
    PageKind.CONTACT: 0.8,
    PageKind.TEAM: 0.75,
    PageKind.CUSTOMERS: 0.7,
    PageKind.PRESS: 0.5,
    PageKind.BLOG: 0.4,
}

_KIND_OF_WORDS = {
    phrase: PageKind(kind)
    for kind, phrases in tomllib.loads(
        files("blacklight_registration.sites").joinpath("page_words.toml").read_text("utf-8")
    ).items()
    for phrase in phrases
}
_LONGEST_PHRASE = max(len(phrase.split()) for phrase in _KIND_OF_WORDS)

_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)
_NO_PAGE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|ico|css|js|json|xml|rss|zip|gz|docx?|xlsx?|pptx?|mp[34]|ics)$",
    re.IGNORECASE,
)
_OF_NO_USE = re.compile(
    r"/(?:wp-admin|wp-json|cart|checkout|log-?in|sign-?in|sign-?up|register|account|privacy|terms"
    r"|cookies?|legal|tags?|category|author|search|feed|cdn-cgi)(?:[/.-]|$)",
    re.IGNORECASE,
)
_WORD_BREAK = re.compile(r"[\s\-_+.&/|]+")

_BY_PATH, _BY_PATH_WORDS, _BY_LINK = 1.0, 0.8, 0.7
_DEPTH_PENALTY = 0.12


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a page is taken for.

    Attributes:
        kind: What it is about.
        score: How much it is wanted, from 0 to 1.
        reason: Why, for people.
    """

    kind: PageKind
    score: float
    reason: str


def judge(url: str, link_text: str = "", *, is_navigation: bool = False) -> Judgement | None:
    """What a page is probably about; None if it is of no interest.

    Args:
        url: Its address.
        link_text: Of a link to it, if there is one.
        is_navigation: Whether that link stands in a menu.
    """
    path = unquote(urlsplit(url).path).lower()
    if _NO_PAGE.search(path) or _OF_NO_USE.search(path):
        return None
    segments = [segment for segment in path.split("/") if segment]
    if segments and _LANGUAGE.fullmatch(segments[0]):
        segments = segments[1:]
    found = _by_path(segments) or _by_link(segments, link_text)
    if found is None:
        return None
    depth = max(len(segments) - 1, 0)
    in_menu = 0.1 if is_navigation else 0.0
    score = WORTH[found.kind] * found.score * (1 - _DEPTH_PENALTY) ** depth
    return Judgement(found.kind, round(min(score + in_menu, 1.0), 3), found.reason)


def _by_path(segments: list[str]) -> Judgement | None:
    for segment in reversed(segments):
        words = _words(re.sub(r"\.(?:html?|php|aspx?|jsp)$", "", segment))
        kind = _KIND_OF_WORDS.get(words)
        if kind is not None:
            return Judgement(kind, _BY_PATH, f"its address says “{words}”")
    for segment in reversed(segments[:2]):
        if (found := _phrase_in(_words(segment))) is not None:
            kind, phrase = found
            return Judgement(kind, _BY_PATH_WORDS, f"its address contains “{phrase}”")
    return None


def _by_link(segments: list[str], link_text: str) -> Judgement | None:
    words = _words(link_text)
    if not segments or not words or len(words.split()) > _LONGEST_PHRASE + 2:
        return None
    if (found := _phrase_in(words)) is None:
        return None
    kind, phrase = found
    return Judgement(kind, _BY_LINK, f"a link to it says “{phrase}”")


def _phrase_in(words: str) -> tuple[PageKind, str] | None:
    parts = words.split()
    for length in range(min(_LONGEST_PHRASE, len(parts)), 0, -1):
        for start in range(len(parts) - length + 1):
            phrase = " ".join(parts[start : start + length])
            if phrase in _KIND_OF_WORDS:
                return _KIND_OF_WORDS[phrase], phrase
    return None


@lru_cache(maxsize=4_096)
def _words(text: str) -> str:
    return _WORD_BREAK.sub(" ", text.lower()).strip()
