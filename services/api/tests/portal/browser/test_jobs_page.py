"""Postings in a browser: found, read, changed, closed."""

from __future__ import annotations

from blacklight_shared.models import PortalRole
from playwright.async_api import expect

from services.api.tests.factories import add_candidate, add_job, add_match
from services.api.tests.portal.browser.conftest import DESKTOP, PHONE, Site, Visit, check_page


async def test_a_posting_is_found_changed_and_closed(visit: Visit, site: Site) -> None:
    async with site.database.tenant_session(site.tenant_id) as session:
        await add_job(session, title="Night Nurse", company="Meridian Health")
        await add_job(
            session,
            site.tenant_id,
            imported_by_tenant_id=site.tenant_id,
            title="Lighthouse Keeper",
            company="Coast <b>Services</b>",
            description="Mind the lamp. " * 60,
        )
    page = await visit("/jobs", PortalRole.RECRUITER, PHONE, "dark")
    await check_page(page)
    await page.get_by_label("Search", exact=True).fill("keeper")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("link", name="Night Nurse")).to_have_count(0)
    await page.get_by_role("link", name="Lighthouse Keeper").click()
    await expect(page.get_by_text("Coast <b>Services</b>").first).to_be_visible()
    await check_page(page)

    await page.get_by_role("link", name="Edit").click()
    await check_page(page)
    await page.get_by_label("Location").fill("Maine")
    await page.get_by_label("From").fill("-1")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_label("From").fill("52000")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Maine")).to_be_visible()

    await page.get_by_role("button", name="Close").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("button", name="Open again")).to_be_visible()


async def test_those_who_fit_a_posting_are_ranked(visit: Visit, site: Site) -> None:
    async with site.database.tenant_session(site.tenant_id) as session:
        job = await add_job(session, title="Lamp Lighter")
        for name, score in (("Ada", 91.0), ("Kim", 64.0)):
            candidate = await add_candidate(session, site.tenant_id, first_name=name)
            await add_match(session, candidate, job, score=score)
    page = await visit(f"/jobs/{job.id}", PortalRole.HR, DESKTOP)
    await page.get_by_role("link", name="Candidates", exact=True).last.click()
    cards = page.locator("ol.matches > li")
    await expect(cards.first).to_contain_text("Ada Marsh")
    await check_page(page)
    await cards.last.get_by_role("button", name="Shortlist").click()
    await expect(cards.last).to_contain_text("Shortlisted")
