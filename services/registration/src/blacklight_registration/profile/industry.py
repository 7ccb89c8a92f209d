"""The industry: as the company names it, else by the words it uses about itself."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from blacklight_shared.registrations import Fact

from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.profile.structured import organizations, text_of

_FEWEST_WORDS = 3
"""Different words of an industry that the site must use."""
_LEAD = 1.25
"""How much ahead of the next one an industry must be, or it is a guess."""
_MOST_OF_A_WORD = 5
"""What is said more often says nothing more."""


def company_industry(pages: Sequence[ParsedPage]) -> Fact | None:
    """The industry, with the page that shows it best; None if the site does not."""
    for node, url in organizations(pages):
        if named := text_of(node.get("industry")):
            return Fact(value=named, source_url=url)
    counts = {page.url: _words_used(page) for page in pages}
    total = sum(counts.values(), Counter[str]())
    ranked = sorted(_vocabulary().items(), key=lambda entry: -_weight(total, entry[1]))
    (first, words), (_, others) = ranked[0], ranked[1]
    if sum(word in total for word in words) < _FEWEST_WORDS:
        return None
    if _weight(total, words) < _LEAD * _weight(total, others):
        return None
    source_url = max(counts, key=lambda url: _weight(counts[url], words))
    return Fact(value=first, source_url=source_url)


def _words_used(page: ParsedPage) -> Counter[str]:
    text = " ".join([page.title or "", page.meta.get("description", ""), page.main_text])
    return Counter(match[0] for match in _pattern().finditer(text.lower()))


def _weight(counts: Counter[str], words: Sequence[str]) -> float:
    return float(sum(min(counts[word], _MOST_OF_A_WORD) for word in words))


@cache
def _vocabulary() -> dict[str, list[str]]:
    data = files("blacklight_registration.profile").joinpath("industries.toml")
    return tomllib.loads(data.read_text("utf-8"))


@cache
def _pattern() -> re.Pattern[str]:
    words = {word for words in _vocabulary().values() for word in words}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(r"\b(?:" + "|".join(map(re.escape, longest_first)) + r")\b")
