"""Open positions: those that pages describe in JSON-LD, and those that a careers page lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from urllib.parse import urljoin, urlsplit

from blacklight_shared.registrations import OpenPosition, PageKind
from blacklight_shared.roles.title_finding import title_in

from blacklight_registration.pages.html import JsonObject, Link, ParsedPage, text_of_html
from blacklight_registration.profile.places import postal_address
from blacklight_registration.profile.structured import objects_of, text_of, texts_of

MAX_POSITIONS = 100
MAX_DESCRIPTION_CHARACTERS = 20_000

_LONGEST_TITLE = 120
_PERIODS = {"HOUR": "hour", "DAY": "day", "WEEK": "week", "MONTH": "month", "YEAR": "year"}
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST_PAY = Decimal(10) ** 9


def open_positions(pages: Sequence[tuple[PageKind, ParsedPage]], today: date) -> list[OpenPosition]:
    """Positions that can still be applied for, each once.

    A link of a careers page counts if its words are a job title and it leads below that page.
    """
    found: dict[str, OpenPosition] = {}
    for position in (*_structured(pages), *_linked(pages)):
        if position.valid_through is None or position.valid_through >= today:
            key = position.identifier or position.url or position.title
            found.setdefault(key.casefold(), position)
    return _without_repeats(found.values())[:MAX_POSITIONS]


def _structured(pages: Sequence[tuple[PageKind, ParsedPage]]) -> Iterator[OpenPosition]:
    for _, page in pages:
        for node in page.json_ld_of("JobPosting"):
            if title := text_of(node.get("title")):
                yield _position(node, title[:_LONGEST_TITLE], page.url)


def _position(node: JsonObject, title: str, source_url: str) -> OpenPosition:
    identifier = node.get("identifier")
    if isinstance(identifier, dict):
        identifier = identifier.get("value")
    url = text_of(node.get("url"))
    return OpenPosition(
        title=title,
        url=_web_url(source_url, url) if url else None,
        identifier=text_of(identifier),
        location=_location(node, source_url),
        is_remote=text_of(node.get("jobLocationType")) == "TELECOMMUTE",
        employment_type=", ".join(texts_of(node.get("employmentType"))) or None,
        description=text_of_html(str(node.get("description") or ""))[:MAX_DESCRIPTION_CHARACTERS],
        posted_date=_date(node.get("datePosted")),
        valid_through=_date(node.get("validThrough")),
        source_url=source_url,
        **_pay(node.get("baseSalary")),
    )


def _location(node: JsonObject, source_url: str) -> str | None:
    for place in objects_of(node.get("jobLocation")):
        for address in objects_of(place.get("address")):
            located = postal_address({**address, "streetAddress": None}, source_url)
            if located is not None:
                return located.text
        if name := text_of(place.get("address") or place.get("name")):
            return name
    return text_of(node.get("jobLocation"))


def _pay(salary: object) -> JsonObject:
    """Fields of ``OpenPosition`` of a schema.org/MonetaryAmount."""
    for amount in objects_of(salary):
        value = amount.get("value")
        value = value if isinstance(value, dict) else {"value": value}
        low = _amount(value.get("minValue", value.get("value")))
        high = _amount(value.get("maxValue", value.get("value")))
        currency = (text_of(amount.get("currency")) or "").upper()
        if (low or high) and _CURRENCY.fullmatch(currency):
            unit = (text_of(value.get("unitText")) or "").upper()
            return {
                "salary_min": low,
                "salary_max": high,
                "salary_currency": currency,
                "salary_period": _PERIODS.get(unit),
            }
    return {}


def _amount(value: object) -> Decimal | None:
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < _MOST_PAY else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _linked(pages: Sequence[tuple[PageKind, ParsedPage]]) -> Iterator[OpenPosition]:
    for kind, page in pages:
        for link in page.links if kind is PageKind.CAREERS else ():
            title = title_in(link.text) if _is_below(link, page.url) else None
            if title is not None:
                yield OpenPosition(title=title, url=link.url, source_url=page.url)


def _is_below(link: Link, page_url: str) -> bool:
    parts, base = urlsplit(link.url), urlsplit(page_url)
    folder = base.path.rstrip("/").removesuffix(".html") + "/"
    is_inside = parts.hostname == base.hostname and parts.path.startswith(folder)
    return is_inside and not link.is_navigation and len(link.text) <= _LONGEST_TITLE


def _without_repeats(positions: Iterable[OpenPosition]) -> list[OpenPosition]:
    """A position described on its own page is not listed again by a link to that page."""
    kept: list[OpenPosition] = []
    for position in positions:
        described = {known.source_url for known in kept} | {known.url for known in kept}
        if position.description or position.url not in described:
            kept.append(position)
    return kept


def _web_url(base: str, url: str) -> str | None:
    try:
        absolute = urljoin(base, url)
    except ValueError:
        return None
    return absolute if absolute.startswith(("http://", "https://")) else None
