"""Every sample site, read by the worker as it is deployed; its dossier, field by field."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from blacklight_devstack.engine_testing import TestEngine, served_app
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.registrations import (
    CompanyProfile,
    Completeness,
    ContactKind,
    Dossier,
    LinkedInStatus,
    PageFailure,
    PageKind,
    SummaryMethod,
)

from services.registration.tests.world import (
    FUNCTION,
    Web,
    a_world,
    settings_for,
    worker_app,
)

SITES = [
    "closed-club",
    "corner-bakery",
    "giant-prints",
    "glass-app",
    "halfway-house",
    "meridian-health",
    "mueller-soehne",
    "northwind-robotics",
    "quiet-bomb",
    "slow-foundry",
    "trapdoor",
]


@dataclass(frozen=True)
class Read:
    """A site that was read."""

    dossier: Dossier
    paths: list[str]
    """What was asked of it, in order."""
    url: str
    """Its address, without the slash at the end."""

    @property
    def profile(self) -> CompanyProfile:
        return self.dossier.profile

    @property
    def failures(self) -> dict[str, PageFailure]:
        """By path."""
        return {
            page.url.removeprefix(self.url): page.failure
            for page in self.dossier.pages
            if page.failure is not None
        }

    @property
    def missing(self) -> dict[str, str]:
        return {missing.part: missing.reason for missing in self.dossier.missing}


ReadSite = Callable[[str], Read]


@pytest.fixture(scope="module")
def read(engine: TestEngine, module_database: DatabaseUrls, web_of_module: Web) -> ReadSite:
    """All sites are read at once, since some of them take their time."""
    with served_app(worker_app(settings_for(module_database, engine))):
        dossiers = asyncio.run(_read_all(engine, module_database, web_of_module))
    paths = {site: web_of_module.paths(site) for site in SITES}

    def of(site: str) -> Read:
        return Read(dossiers[site], paths[site], web_of_module.site(site).rstrip("/"))

    return of


async def _read_all(engine: TestEngine, urls: DatabaseUrls, web: Web) -> dict[str, Dossier]:
    async with a_world(settings_for(urls)) as world:
        events = {site: await world.register(company_website=web.site(site)) for site in SITES}
        runs = {site: engine.send(event)[0] for site, event in events.items()}
        dossiers = {}
        for site, event in events.items():
            await asyncio.to_thread(engine.wait_for_run, runs[site], FUNCTION, timeout=120)
            [dossiers[site]] = await world.dossiers(event)
        return dossiers


def values(facts: list[Any]) -> list[str]:
    return [fact.value for fact in facts]


class TestRichSite:
    @pytest.fixture
    def site(self, read: ReadSite) -> Read:
        return read("northwind-robotics")

    def test_the_company(self, site: Read) -> None:
        profile = site.profile
        assert profile.name
        assert profile.name.value == "Northwind Robotics"
        assert profile.what_it_does
        assert profile.what_it_does.value.startswith("Northwind Robotics builds software")
        assert profile.industry
        assert profile.industry.value == "Warehouse automation"
        assert profile.founded
        assert profile.founded.value == "2011"
        assert profile.name.source_url == f"{site.url}/"

    def test_what_it_offers(self, site: Read) -> None:
        assert values(site.profile.products) == [
            "Tern picking robot",
            "Heron pallet shuttle",
            "Flock fleet manager",
        ]
        assert {product.source_url for product in site.profile.products} == {f"{site.url}/products"}

    def test_its_technologies(self, site: Read) -> None:
        sources = {
            technology.name: technology.source_url.removeprefix(site.url)
            for technology in site.profile.technologies
        }
        assert sources["Python"] == "/"
        assert sources["Apache Kafka"] == "/products"
        assert sources["Computer vision"] == "/team"
        assert {"Rust", "PostgreSQL", "Kubernetes", "REST APIs"} <= set(sources)

    def test_where_it_is(self, site: Read) -> None:
        assert [(place.city, place.country) for place in site.profile.locations] == [
            ("Leeds", "United Kingdom"),
            ("Hamburg", "Germany"),
        ]

    def test_how_large_it_is(self, site: Read) -> None:
        hints = [(hint.employees_min, hint.employees_max) for hint in site.profile.size_hints]
        assert hints == [(120, 150), (140, 140)]

    def test_how_to_reach_it(self, site: Read) -> None:
        assert [(contact.kind, contact.value) for contact in site.profile.contacts] == [
            (ContactKind.EMAIL, "hello@northwind-robotics.example"),
            (ContactKind.PHONE, "+44 113 496 0000"),
            (ContactKind.EMAIL, "jobs@northwind-robotics.example"),
            (ContactKind.PHONE, "+441134960001"),
        ]
        assert [(link.network, link.url) for link in site.profile.social_links] == [
            ("LinkedIn", "https://www.linkedin.com/company/northwind-robotics"),
            ("GitHub", "https://github.com/northwind-robotics"),
            ("X", "https://x.com/northwindrobots"),
        ]

    def test_its_open_positions(self, site: Read) -> None:
        assert [(job.title, job.url) for job in site.profile.open_positions] == [
            ("Senior Robotics Engineer", f"{site.url}/careers/senior-robotics-engineer"),
            ("Python Developer", f"{site.url}/careers/python-developer"),
        ]

    def test_every_sentence_of_the_summary_stands_on_its_page(self, site: Read) -> None:
        summary = site.dossier.summary
        assert summary.method is SummaryMethod.EXTRACTIVE
        assert 3 <= len(summary.claims) <= 5
        about = f"{site.url}/about-us"
        founded = "Northwind Robotics was founded in 2011 by two engineers"
        assert any(
            claim.text.startswith(founded) and claim.source_url == about for claim in summary.claims
        )

    def test_few_pages_of_different_kinds_are_read(self, site: Read) -> None:
        chosen = [page for page in site.dossier.pages if page.kind is not PageKind.HOME]
        readable = [page for page in chosen if page.failure is None]
        kinds = [page.kind for page in readable]
        assert len(readable) == 7
        assert max(kinds.count(kind) for kind in kinds) <= 2
        assert {PageKind.ABOUT, PageKind.CAREERS, PageKind.SERVICES} <= set(kinds)
        assert all(0 < page.score <= 1 and page.reason for page in chosen)
        assert chosen[0].reason == "its address says “about us”"

    def test_what_robots_txt_forbids_is_named_and_not_asked_for(self, site: Read) -> None:
        assert site.failures == {"/press": PageFailure.ROBOTS}
        assert "/press" not in site.paths
        assert site.missing == {
            "press page": f"{site.url}/press: the site's robots.txt forbids to read it."
        }
        assert site.dossier.completeness is Completeness.PARTIAL

    def test_nothing_is_asked_for_twice(self, site: Read) -> None:
        assert len(site.paths) == len(set(site.paths))
        assert "/sitemap-pages.xml" in site.paths


def test_a_one_pager(read: ReadSite) -> None:
    site = read("corner-bakery")
    profile = site.profile
    assert profile.name
    assert profile.name.value == "Corner Bakery"
    assert profile.industry
    assert profile.industry.value == "Hospitality and food"
    assert [place.text for place in profile.locations] == [
        "Corner Bakery, 4 Market Square, York YO1 8SL"
    ]
    assert [(hint.text, hint.employees_max) for hint in profile.size_hints] == [("Five people", 5)]
    assert [contact.value for contact in profile.contacts] == [
        "hello@corner-bakery.example",
        "+441904555010",
    ]
    assert site.missing == {"open_positions": "No page that was read says so."}
    assert site.dossier.completeness is Completeness.FULL
    assert site.dossier.linkedin.status is LinkedInStatus.NOT_GIVEN


def test_a_shell_that_needs_javascript(read: ReadSite) -> None:
    site = read("glass-app")
    assert site.failures == {"/": PageFailure.NEEDS_JAVASCRIPT}
    assert site.missing["home page"].endswith("it shows its text only to browsers.")
    assert site.profile.what_it_does
    assert site.profile.what_it_does.value == (
        "Glass is a planning application for small building firms."
    )
    assert site.profile.technologies == []
    assert [claim.text for claim in site.dossier.summary.claims] == [
        site.profile.what_it_does.value
    ]
    assert site.dossier.completeness is Completeness.PARTIAL


def test_jobs_in_json_ld(read: ReadSite) -> None:
    site = read("meridian-health")
    nurse, clerk = site.profile.open_positions
    assert nurse.title == "Registered Nurse"
    assert nurse.url == f"{site.url}/jobs/rn-204"
    assert nurse.identifier == "RN-204"
    assert nurse.location == "Portland, OR, US"
    assert nurse.employment_type == "FULL_TIME"
    assert nurse.description.splitlines() == [
        "You care for patients of our Portland clinic.",
        "BLS and ACLS",
        "2+ years of experience",
    ]
    assert (nurse.salary_min, nurse.salary_max) == (Decimal(38), Decimal(46))
    assert (nurse.salary_currency, nurse.salary_period) == ("USD", "hour")
    assert (nurse.posted_date, nurse.valid_through) == (date(2026, 2, 10), date(2099, 12, 31))
    assert nurse.source_url == f"{site.url}/jobs"
    assert (clerk.title, clerk.is_remote) == ("Medical Records Clerk", True)
    assert site.profile.industry
    assert site.profile.industry.value == "Healthcare"


def test_a_page_that_never_ends(read: ReadSite) -> None:
    site = read("slow-foundry")
    assert site.failures == {"/about": PageFailure.TOO_SLOW}
    assert site.missing["about page"].endswith("it did not come in time.")
    assert values(site.profile.products) == ["Bell casting", "CNC machining"]
    assert site.profile.industry
    assert site.profile.industry.value == "Manufacturing"
    assert site.paths.count("/about") == 4
    assert site.dossier.completeness is Completeness.PARTIAL


def test_a_redirect_to_the_metadata_of_a_cloud(read: ReadSite) -> None:
    site = read("trapdoor")
    assert site.failures == {"/": PageFailure.FORBIDDEN_ADDRESS}
    assert site.dossier.completeness is Completeness.EMPTY
    assert site.profile == CompanyProfile()
    assert site.missing["name"] == "No page was read."
    assert site.paths == ["/robots.txt", "/"]


@pytest.mark.parametrize("name", ["giant-prints", "quiet-bomb"])
def test_a_page_that_is_huge_or_becomes_so(read: ReadSite, name: str) -> None:
    site = read(name)
    assert site.failures == {"/about": PageFailure.TOO_LARGE}
    assert site.missing["about page"].endswith("it is too large.")
    assert site.profile.name
    assert site.paths.count("/about") == 1
    assert site.dossier.completeness is Completeness.PARTIAL


def test_a_site_that_wants_no_robots(read: ReadSite) -> None:
    site = read("closed-club")
    assert site.failures == {"/": PageFailure.ROBOTS}
    assert site.paths == ["/robots.txt"]
    assert site.dossier.completeness is Completeness.EMPTY


def test_a_site_that_goes_down_half_way(read: ReadSite) -> None:
    site = read("halfway-house")
    assert site.failures == {
        "/about": PageFailure.UNREACHABLE,
        "/careers": PageFailure.UNREACHABLE,
    }
    assert site.missing["open_positions"] == (
        "The careers page, which may say so, could not be read."
    )
    assert site.profile.industry
    assert site.profile.industry.value == "Construction"
    assert site.paths.count("/") == 1
    assert site.dossier.completeness is Completeness.PARTIAL


def test_character_sets_that_are_not_what_they_say(read: ReadSite) -> None:
    site = read("mueller-soehne")
    profile = site.profile
    assert profile.name
    assert profile.name.value == "Müller & Söhne"
    assert profile.founded
    assert profile.founded.value == "1962"
    assert values(profile.products) == ["Gebäudeautomation", "Wärmepumpen"]
    assert [place.text for place in profile.locations] == [
        "Müller & Söhne GmbH, Zülpicher Straße 100, 50937 Köln"
    ]
    assert [hint.employees_max for hint in profile.size_hints] == [45]
    assert site.dossier.completeness is Completeness.FULL
