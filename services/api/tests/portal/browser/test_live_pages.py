"""Pages that follow what a worker does, in a browser."""

from __future__ import annotations

import asyncio

import pytest_asyncio
from blacklight_shared.models import CandidateDocument, ExtractionStatus
from playwright.async_api import Route
from sqlalchemy import update

from services.api.tests.factories import add_candidate, add_document
from services.api.tests.portal.browser.conftest import Site, Visit

WATCH_MESSAGE = """
const message = document.querySelector("[data-message]");
new MutationObserver(() => {
  if (message.textContent === "The CV is read.") told();
}).observe(message, { childList: true });
"""


@pytest_asyncio.fixture(loop_scope="session")
async def candidate_id(site: Site) -> int:
    """Somebody whose CV is being read."""
    async with site.database.tenant_session(site.tenant_id) as session:
        candidate = await add_candidate(session, site.tenant_id)
        await add_document(session, candidate, extraction_status=ExtractionStatus.PENDING)
        return candidate.id


async def test_show_what_is_new_by_themselves(visit: Visit, site: Site, candidate_id: int) -> None:
    page = await visit(f"/candidates/{candidate_id}")
    progress = page.get_by_role("progressbar")
    await progress.wait_for()
    await have_read_documents(site, candidate_id)
    await progress.wait_for(state="detached")


async def test_do_not_hold_back_who_leaves(visit: Visit, site: Site, candidate_id: int) -> None:
    page = await visit(f"/candidates/{candidate_id}")
    has_left, is_told, may_arrive = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def arrive_late(route: Route) -> None:
        has_left.set()
        await may_arrive.wait()
        await route.continue_()

    await page.route("**/timeline", arrive_late)
    await page.expose_function("told", is_told.set)
    await page.evaluate(WATCH_MESSAGE)
    leaving = asyncio.create_task(page.get_by_role("link", name="Timeline").click())
    await has_left.wait()
    await have_read_documents(site, candidate_id)
    await is_told.wait()
    may_arrive.set()
    await leaving
    await page.wait_for_url("**/timeline")


async def test_are_new_for_who_comes_back(visit: Visit, site: Site, candidate_id: int) -> None:
    page = await visit(f"/candidates/{candidate_id}")
    progress = page.get_by_role("progressbar")
    # Playwright has Chromium keep no pages for those who come back, so it is told that it did.
    await page.evaluate("dispatchEvent(new Event('beforeunload'))")
    await have_read_documents(site, candidate_id)
    await page.get_by_text("The CV is read.").wait_for()
    assert await progress.is_visible()
    await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    await progress.wait_for(state="detached")


async def have_read_documents(site: Site, candidate_id: int) -> None:
    """Do what the worker does in the end."""
    async with site.database.tenant_session(site.tenant_id) as session:
        await session.execute(
            update(CandidateDocument)
            .where(CandidateDocument.candidate_id == candidate_id)
            .values(extraction_status=ExtractionStatus.EXTRACTED)
        )
