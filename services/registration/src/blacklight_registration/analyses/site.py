"""Reading a company's site: the home page, then the best of what it leads to."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import httpx
from blacklight_shared.models import PageStatus, Registration, RegistrationPage
from blacklight_shared.outbound import RefusedResponseError
from blacklight_shared.registrations import PageFailure, PageKind, site_of
from sqlalchemy import select

from blacklight_registration.analyses.analysis import Analysis
from blacklight_registration.analyses.stages import Stage, enter_stage
from blacklight_registration.deps import RegistrationDeps
from blacklight_registration.pages.store import SITEMAP, WantedPage, enter_page, list_pages, parsed
from blacklight_registration.sites.choosing import ChosenPage, choose_pages, is_of_site
from blacklight_registration.sites.pacing import forget_idle_hosts
from blacklight_registration.sites.reading import PageFailedError, SiteReader
from blacklight_registration.sites.robots import Robots
from blacklight_registration.sites.sitemap import read_sitemap

MAX_SITEMAPS = 3
"""Of one site, an index included."""


async def read_home(deps: RegistrationDeps, analysis: Analysis) -> bool:
    """Fetch the home page.

    Returns:
        Whether it came; False also where no website was given.

    Raises:
        PageFailedError: It failed for a reason that may pass.
    """
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        query = select(Registration.company_website).where(
            Registration.id == analysis.registration_id
        )
        website = await session.scalar(query)
        await enter_stage(session, analysis, Stage.READING_SITE)
    if website is None:
        return False
    await forget_idle_hosts(deps.database)
    reader = SiteReader(deps, analysis)
    address = await _reachable(reader, website)
    home = await reader.read(WantedPage(address, PageKind.HOME, "It is the address given."))
    return home.status == PageStatus.FETCHED


async def choose_site_pages(deps: RegistrationDeps, analysis: Analysis) -> list[int]:
    """Look through the home page and the sitemaps, and enter the best pages.

    Returns:
        ``RegistrationPage.id`` of the pages to fetch.

    Raises:
        PageFailedError: robots.txt failed for a reason that may pass.
    """
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        await enter_stage(session, analysis, Stage.CHOOSING_PAGES)
        [home, *_] = await list_pages(session, analysis)
    reader = SiteReader(deps, analysis)
    home = await reader.read_entered(home.id)
    page = await asyncio.to_thread(parsed, home)
    robots = await reader.robots(page.url)
    listed = await _listed_pages(reader, page.url, robots)
    chosen = await asyncio.to_thread(choose_pages, page.url, page.links, listed, robots.allows)
    async with deps.database.tenant_session(analysis.tenant_id) as session:
        entered = [await enter_page(session, analysis, _wanted(page)) for page in chosen]
        await enter_stage(session, analysis, Stage.READING_PAGES)
    return [row.id for row in entered if row.failure != PageFailure.ROBOTS]


async def read_page(deps: RegistrationDeps, analysis: Analysis, page_id: int) -> bool:
    """Fetch one of the chosen pages.

    Returns:
        Whether it came.

    Raises:
        PageFailedError: It failed for a reason that may pass.
    """
    row = await SiteReader(deps, analysis).read_entered(page_id)
    return row.status == PageStatus.FETCHED


async def _reachable(reader: SiteReader, website: str) -> str:
    """The website, by http where nobody answers to https: many small sites have no certificate."""
    url = httpx.URL(website)
    if url.scheme != "https" or url.port is not None:
        return website
    try:
        await reader.robots(website)
    except PageFailedError as error:
        if error.failure is PageFailure.UNREACHABLE:
            return str(url.copy_with(scheme="http"))
        raise
    return website


async def _listed_pages(reader: SiteReader, home_url: str, robots: Robots) -> list[str]:
    """What the sitemaps list; a sitemap that fails is done without."""
    site = site_of(home_url)
    usual = str(httpx.URL(home_url).copy_with(raw_path=b"/sitemap.xml"))
    waiting = [url for url in robots.sitemaps if is_of_site(url, site)] or [usual]
    listed: list[str] = []
    for _ in range(MAX_SITEMAPS):
        if not waiting:
            break
        row = await _read_sitemap(reader, waiting.pop(0))
        if row is None or row.failure is not None:
            continue
        try:
            sitemap = await asyncio.to_thread(read_sitemap, row.content or b"")
        except RefusedResponseError:
            continue
        listed += sitemap.pages
        waiting += _of_pages_first([url for url in sitemap.sitemaps if is_of_site(url, site)])
    return listed


async def _read_sitemap(reader: SiteReader, url: str) -> RegistrationPage | None:
    try:
        return await reader.read(WantedPage(url, SITEMAP, "It lists the site's pages."))
    except PageFailedError:
        return None


def _of_pages_first(sitemaps: Sequence[str]) -> list[str]:
    """Sitemaps of pages before those of posts, products and pictures."""
    return sorted(sitemaps, key=lambda url: "page" not in url.rpartition("/")[2])


def _wanted(page: ChosenPage) -> WantedPage:
    failure = PageFailure.ROBOTS if page.is_forbidden else None
    return WantedPage(page.url, page.kind, page.reason, page.score, failure)
