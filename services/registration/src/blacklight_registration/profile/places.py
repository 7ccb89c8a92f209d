"""Where the company says it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from blacklight_shared.registrations import CompanyLocation

from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.profile.structured import objects_of, organizations, text_of

MAX_LOCATIONS = 20
_ADDRESS_PARTS = (
    "streetAddress",
    "postalCode",
    "addressLocality",
    "addressRegion",
    "addressCountry",
)
_LONGEST_ADDRESS = 300
_CONTACT_DETAIL = re.compile(
    r"@|^(?:tel|phone|fax|e-?mail|www)\b|\+?\d[\d ()/.-]{6,}\d$", re.IGNORECASE
)


def company_locations(pages: Sequence[ParsedPage]) -> list[CompanyLocation]:
    """Addresses of structured data and of ``<address>`` elements, each once."""
    found: list[tuple[frozenset[str], CompanyLocation]] = []
    for location in (*_structured(pages), *_written(pages)):
        words = frozenset(re.findall(r"\w+", location.text.lower()))
        if not any(words <= known or known <= words for known, _ in found):
            found.append((words, location))
    return [location for _, location in found[:MAX_LOCATIONS]]


def postal_address(node: dict[str, Any], source_url: str) -> CompanyLocation | None:
    """A schema.org/PostalAddress, or a plain text, as a location."""
    parts = {name: text_of(node.get(name)) for name in _ADDRESS_PARTS}
    text = ", ".join(part for part in parts.values() if part)
    if not text:
        return None
    return CompanyLocation(
        text=text,
        city=parts["addressLocality"],
        region=parts["addressRegion"],
        country=parts["addressCountry"],
        source_url=source_url,
    )


def _structured(pages: Sequence[ParsedPage]) -> Iterator[CompanyLocation]:
    for node, url in organizations(pages):
        places = [node, *objects_of(node.get("location"))]
        for place in places:
            for address in objects_of(place.get("address")):
                if location := postal_address(address, url):
                    yield location
            if isinstance(place.get("address"), str):
                yield CompanyLocation(text=str(text_of(place["address"])), source_url=url)


def _written(pages: Sequence[ParsedPage]) -> Iterator[CompanyLocation]:
    for page in pages:
        for written in page.addresses:
            lines = [line.strip() for line in written.split(",")]
            text = ", ".join(line for line in lines if line and not _CONTACT_DETAIL.search(line))
            if any(map(str.isdigit, text)) and len(text) <= _LONGEST_ADDRESS:
                yield CompanyLocation(text=text, source_url=page.url)
