"""What the company sells, and the technologies it names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from blacklight_shared.registrations import Fact, PageKind, Technology
from blacklight_shared.skills import SkillTaxonomy

from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.profile.structured import objects_of, organizations, text_of

MAX_PRODUCTS = 15
MAX_TECHNOLOGIES = 40
TECHNOLOGY_FIELDS = frozenset({"software", "data", "infrastructure"})
"""Fields of the skill taxonomy that are about technology; the others are about work."""

_LONGEST_PRODUCT = 80
_NO_PRODUCT = re.compile(
    r"[?!]|\b(?:our|your|you|we|us|contact|about|more|why|how|what|who|ready|get started|news"
    r"|products|services|solutions|platform|features|pricing|faq|team|customers|clients|careers"
    r"|follow|share|cookie\w*|newsletter|menu|unser\w*|kontakt|leistungen|produkte)\b",
    re.IGNORECASE,
)
_OFFERED = ("Product", "Service", "SoftwareApplication", "WebApplication", "MobileApplication")


def offered_products(pages: Sequence[tuple[PageKind, ParsedPage]]) -> list[Fact]:
    """Products and services: of structured data, else the headings of pages about them."""
    found: dict[str, Fact] = {}
    for name, url in (*_structured(pages), *_headed(pages)):
        found.setdefault(name.casefold(), Fact(value=name, source_url=url))
    return list(found.values())[:MAX_PRODUCTS]


def named_technologies(pages: Sequence[ParsedPage], taxonomy: SkillTaxonomy) -> list[Technology]:
    """Technologies of the taxonomy that pages name, the most often named first."""
    counts: Counter[int] = Counter()
    first_page: dict[int, str] = {}
    for page in pages:
        for mention in taxonomy.find(page.main_text):
            if taxonomy.skills[mention.skill_id].field in TECHNOLOGY_FIELDS:
                counts[mention.skill_id] += 1
                first_page.setdefault(mention.skill_id, page.url)
    ranked = sorted(counts, key=lambda skill_id: (-counts[skill_id], taxonomy.name(skill_id)))
    return [
        Technology(skill_id=skill_id, name=taxonomy.name(skill_id), source_url=first_page[skill_id])
        for skill_id in ranked[:MAX_TECHNOLOGIES]
    ]


def _structured(pages: Sequence[tuple[PageKind, ParsedPage]]) -> Iterator[tuple[str, str]]:
    read = [page for _, page in pages]
    for page in read:
        for node in page.json_ld_of(*_OFFERED):
            if name := text_of(node.get("name")):
                yield name, page.url
    for node, url in organizations(read):
        for offer in objects_of(node.get("makesOffer")):
            if name := text_of(offer.get("itemOffered") or offer.get("name")):
                yield name, url


def _headed(pages: Sequence[tuple[PageKind, ParsedPage]]) -> Iterator[tuple[str, str]]:
    for kind, page in pages:
        if kind is PageKind.SERVICES:
            for heading in page.headings("h2", "h3"):
                if len(heading) <= _LONGEST_PRODUCT and not _NO_PRODUCT.search(heading):
                    yield heading, page.url
