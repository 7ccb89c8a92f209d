"""What is known of a company that registered. Every fact names the page that says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True)


class PageKind(StrEnum):
    """What a page of a company's site is about."""

    HOME = "home"
    ABOUT = "about"
    TEAM = "team"
    SERVICES = "services"
    CAREERS = "careers"
    CUSTOMERS = "customers"
    BLOG = "blog"
    PRESS = "press"
    CONTACT = "contact"


class PageFailure(StrEnum):
    """Why a page is missing."""

    ROBOTS = "forbidden_by_robots_txt"
    FORBIDDEN_ADDRESS = "forbidden_address"
    NOT_FOUND = "not_found"
    REFUSED = "refused_by_server"
    SERVER_ERROR = "server_error"
    TOO_LARGE = "too_large"
    TOO_MANY_REDIRECTS = "too_many_redirects"
    TOO_SLOW = "too_slow"
    UNREACHABLE = "unreachable"
    UNREADABLE = "unreadable"
    NOT_HTML = "not_html"
    NEEDS_JAVASCRIPT = "needs_javascript"


FAILURE_WORDS: dict[PageFailure, str] = {
    PageFailure.ROBOTS: "the site's robots.txt forbids to read it",
    PageFailure.FORBIDDEN_ADDRESS: "it leads to an address that is not of the public internet",
    PageFailure.NOT_FOUND: "it does not exist",
    PageFailure.REFUSED: "the server refuses to show it",
    PageFailure.SERVER_ERROR: "the server failed",
    PageFailure.TOO_LARGE: "it is too large",
    PageFailure.TOO_MANY_REDIRECTS: "it redirects too often",
    PageFailure.TOO_SLOW: "it did not come in time",
    PageFailure.UNREACHABLE: "the server cannot be reached, or broke off",
    PageFailure.UNREADABLE: "it cannot be unpacked",
    PageFailure.NOT_HTML: "it is not a web page",
    PageFailure.NEEDS_JAVASCRIPT: "it shows its text only to browsers",
}
"""For people, after "… is missing:"."""


class Fact(_Part):
    """Something that a page says."""

    value: str
    source_url: str


class Technology(_Part):
    """A skill of the taxonomy that the site names as its own."""

    skill_id: int
    name: str
    source_url: str


class CompanyLocation(_Part):
    """Where the company says it is."""

    text: str = Field(description="As the page has it, on one line.")
    city: str | None = None
    region: str | None = None
    country: str | None = None
    source_url: str


class SizeHint(_Part):
    """What the site says about the number of people."""

    text: str
    employees_min: int | None = None
    employees_max: int | None = None
    source_url: str


class ContactKind(StrEnum):
    """A way to reach the company."""

    EMAIL = "email"
    PHONE = "phone"


class Contact(_Part):
    """A way to reach the company that its own pages publish."""

    kind: ContactKind
    value: str
    source_url: str


class SocialLink(_Part):
    """The company on a network."""

    network: str
    url: str
    source_url: str


class OpenPosition(_Part):
    """A position that the company advertises."""

    title: str
    url: str | None = None
    identifier: str | None = Field(default=None, description="As the company names it.")
    location: str | None = None
    is_remote: bool = False
    employment_type: str | None = None
    description: str = ""
    salary_min: Decimal | None = None
    salary_max: Decimal | None = None
    salary_currency: str | None = None
    salary_period: str | None = None
    posted_date: date | None = None
    valid_through: date | None = None
    source_url: str


class CompanyProfile(_Part):
    """What the pages of a site say of the company, without any guess that no page supports."""

    name: Fact | None = None
    what_it_does: Fact | None = None
    industry: Fact | None = None
    founded: Fact | None = None
    products: list[Fact] = []
    technologies: list[Technology] = []
    locations: list[CompanyLocation] = []
    size_hints: list[SizeHint] = []
    contacts: list[Contact] = []
    social_links: list[SocialLink] = []
    open_positions: list[OpenPosition] = []


class LinkedInStatus(StrEnum):
    """What came of looking at LinkedIn."""

    AVAILABLE = "available"
    NOT_AVAILABLE = "not_available"
    NOT_GIVEN = "not_given"


class LinkedInFinding(_Part):
    """What an enrichment service says of the given profile; nothing where none is configured."""

    status: LinkedInStatus
    reason: str = Field(default="", description="Why there is nothing.")
    headline: str | None = None
    current_position: str | None = None
    current_company: str | None = None
    location: str | None = None
    source_url: str | None = None


class SummaryMethod(StrEnum):
    """Who wrote a summary."""

    EXTRACTIVE = "extractive"
    LANGUAGE_MODEL = "language_model"


class Claim(_Part):
    """One sentence of a summary."""

    text: str
    source_url: str


class Summary(_Part):
    """The company in a few sentences, each with the page that says so."""

    method: SummaryMethod = SummaryMethod.EXTRACTIVE
    claims: list[Claim] = []
    note: str | None = Field(default=None, description="Why another method was not used.")


class PageReport(_Part):
    """A page that was chosen, and what became of it."""

    url: str
    kind: PageKind
    reason: str = Field(description="Why it was chosen.")
    score: float
    failure: PageFailure | None = None
    final_url: str | None = None


class MissingPart(_Part):
    """Something that a dossier usually has, and why this one does not."""

    part: str
    reason: str


class Completeness(StrEnum):
    """How much of what was to be read has been read."""

    FULL = "full"
    PARTIAL = "partial"
    EMPTY = "empty"


class Dossier(_Part):
    """Everything that an analysis found."""

    completeness: Completeness
    profile: CompanyProfile
    linkedin: LinkedInFinding
    summary: Summary
    pages: list[PageReport]
    missing: list[MissingPart]
