"""What companies say in JSON-LD about themselves (schema.org/Organization)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from blacklight_registration.pages.html import JsonObject, ParsedPage

ORGANIZATION_TYPES = (
    "Organization",
    "Corporation",
    "LocalBusiness",
    "ProfessionalService",
    "EmploymentAgency",
    "MedicalOrganization",
    "EducationalOrganization",
    "NGO",
    "OnlineBusiness",
)

MAX_CHARACTERS = 2_000
_SPACE = re.compile(r"\s+")


def organizations(pages: Sequence[ParsedPage]) -> Iterator[tuple[JsonObject, str]]:
    """Every organisation that the pages describe, with the page's address."""
    for page in pages:
        for node in page.json_ld_of(*ORGANIZATION_TYPES):
            yield node, page.url


def text_of(value: object) -> str | None:
    """A value of JSON-LD as one line of text: itself, its name, or the first of a list."""
    if isinstance(value, list):
        return next(filter(None, map(text_of, value)), None)
    if isinstance(value, dict):
        return text_of(value.get("name") or value.get("@value"))
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return _SPACE.sub(" ", str(value)).strip()[:MAX_CHARACTERS] or None
    return None


def texts_of(value: object) -> list[str]:
    """A value of JSON-LD that may be one or many, as lines of text."""
    values = value if isinstance(value, list) else [value]
    return [text for text in map(text_of, values) if text]


def objects_of(value: object) -> list[dict[str, Any]]:
    """The objects of a value that may be one or many."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, dict)]
