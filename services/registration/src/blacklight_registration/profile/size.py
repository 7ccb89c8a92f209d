"""What the site says about how many people work for the company."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from blacklight_shared.registrations import SizeHint

from blacklight_registration.pages.html import JsonObject, ParsedPage
from blacklight_registration.profile.structured import organizations, text_of

MAX_HINTS = 3
_MOST_PEOPLE = 5_000_000

_PEOPLE = (
    r"(?:employees|people|staff(?: members)?|team ?members"
    r"|mitarbeiter(?:innen|n)?|mitarbeitende|beschäftigte|collaborateurs|employés|salariés"
    r"|empleados|dipendenti|medewerkers)"
)
_NUMBER_WORDS = [
    *("two", "three", "four", "five", "six", "seven"),
    *("eight", "nine", "ten", "eleven", "twelve"),
]
_NUMBER = r"\d{1,3}(?:[,.' ]\d{3})+|\d{1,6}"
_HINT = re.compile(
    rf"(?P<lead>\b(?:team of|staff of|more than|over|around|about|some|mehr als|über|plus de) +)?"
    rf"\b(?P<low>{_NUMBER}|{'|'.join(_NUMBER_WORDS)})"
    rf"(?:\s*(?:-|–|to|bis)\s*(?P<high>{_NUMBER}))?(?P<plus>\s*\+)?"
    rf"(?:\s+[\w-]+)?\s+{_PEOPLE}\b",
    re.IGNORECASE,
)
_TEAM_OF = re.compile(rf"\bteam of (?P<low>{_NUMBER}|{'|'.join(_NUMBER_WORDS)})\b", re.IGNORECASE)
_YEAR = re.compile(r"1[6-9]\d\d|20\d\d")
_AT_LEAST = frozenset({"more than", "over", "mehr als", "über", "plus de"})


def size_hints(pages: Sequence[ParsedPage]) -> list[SizeHint]:
    """Numbers of people that structured data or sentences give, the surest first."""
    found: dict[tuple[int | None, int | None], SizeHint] = {}
    for hint in (*_structured(pages), *_written(pages)):
        found.setdefault((hint.employees_min, hint.employees_max), hint)
    return list(found.values())[:MAX_HINTS]


def _structured(pages: Sequence[ParsedPage]) -> Iterator[SizeHint]:
    for node, url in organizations(pages):
        stated = node.get("numberOfEmployees")
        if stated is None:
            continue
        low, high = _stated_range(stated if isinstance(stated, dict) else {"value": stated})
        if low is not None or high is not None:
            text = f"{low}–{high}" if low != high else f"{low}"
            yield SizeHint(text=text, employees_min=low, employees_max=high, source_url=url)


def _stated_range(stated: JsonObject) -> tuple[int | None, int | None]:
    exact = _whole(text_of(stated.get("value")))
    if exact is not None:
        return exact, exact
    return _whole(text_of(stated.get("minValue"))), _whole(text_of(stated.get("maxValue")))


def _written(pages: Sequence[ParsedPage]) -> Iterator[SizeHint]:
    for page in pages:
        for match in (*_HINT.finditer(page.main_text), *_TEAM_OF.finditer(page.main_text)):
            groups = match.groupdict()
            low, high = _whole(groups["low"]), _whole(groups.get("high"))
            if not low or low > _MOST_PEOPLE or _YEAR.fullmatch(groups["low"]):
                continue
            lead = (groups.get("lead") or "").strip().lower()
            is_open = bool(groups.get("plus")) or lead in _AT_LEAST
            yield SizeHint(
                text=re.sub(r"\s+", " ", match[0]).strip(),
                employees_min=low,
                employees_max=high or (None if is_open else low),
                source_url=page.url,
            )


def _whole(written: str | None) -> int | None:
    if written and written.lower() in _NUMBER_WORDS:
        return _NUMBER_WORDS.index(written.lower()) + 2
    digits = re.sub(r"[,.' ](?=\d{3}\b)", "", written or "")
    return int(digits) if digits.isdecimal() and len(digits) <= len(str(_MOST_PEOPLE)) else None
