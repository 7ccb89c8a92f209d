"""The company's profile, out of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from blacklight_shared.registrations import CompanyProfile, PageKind
from blacklight_shared.skills import SkillTaxonomy

from blacklight_registration.pages.html import ParsedPage
from blacklight_registration.profile.contacts import published_contacts, social_links
from blacklight_registration.profile.industry import company_industry
from blacklight_registration.profile.naming import company_name, founded, what_it_does
from blacklight_registration.profile.offerings import named_technologies, offered_products
from blacklight_registration.profile.places import company_locations
from blacklight_registration.profile.positions import open_positions
from blacklight_registration.profile.size import size_hints


def build_profile(
    pages: Sequence[tuple[PageKind, ParsedPage]], taxonomy: SkillTaxonomy, today: date
) -> CompanyProfile:
    """What the pages say.

    Args:
        pages: With the home page first, then the most telling ones.
        taxonomy: Names the technologies.
        today: Positions that ended before are left out.
    """
    read = [page for _, page in pages]
    return CompanyProfile(
        name=company_name(read),
        what_it_does=what_it_does(read),
        industry=company_industry(read),
        founded=founded(read),
        products=offered_products(pages),
        technologies=named_technologies(read, taxonomy),
        locations=company_locations(read),
        size_hints=size_hints(read),
        contacts=published_contacts(read),
        social_links=social_links(read),
        open_positions=open_positions(pages, today),
    )
