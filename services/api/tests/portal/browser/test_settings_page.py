"""Account, settings and mails in a real browser."""

from __future__ import annotations

import re

from blacklight_shared.database import Database
from blacklight_shared.models import PortalRole
from playwright.async_api import expect

from services.api.tests.conftest import settings_for
from services.api.tests.factories import add_candidate, add_job, add_match
from services.api.tests.notification_factories import add_mail
from services.api.tests.portal.browser.conftest import DESKTOP, PHONE, Site, Visit, check_page


async def test_weights_show_what_they_would_change_before_they_are_saved(
    site: Site, visit: Visit
) -> None:
    database = Database.from_settings(settings_for(site.urls))
    async with database.tenant_session(site.tenant_id) as session:
        candidate = await add_candidate(session, site.tenant_id)
        await add_match(session, candidate, await add_job(session), score=80.0)
    await database.close()

    page = await visit("/settings/matching", size=DESKTOP)
    await check_page(page)
    await page.get_by_label("Recommend from").fill("99")
    facts = page.locator("#preview dl")
    await expect(facts).to_contain_text(re.compile(r"No longer\s*1"))
    await page.get_by_label("Skills").fill("90")
    await expect(page.locator("#preview")).to_contain_text("they add up to 150 %")
    await page.get_by_label("Skills").fill("40")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("status")).to_contain_text("being scored again")


async def test_an_account_on_a_phone(visit: Visit) -> None:
    page = await visit("/account", role=PortalRole.RECRUITER, size=PHONE, theme="dark")
    await check_page(page)
    await page.get_by_label("Name").fill("Kim Lee")
    await page.get_by_role("button", name="Save").first.click()
    await expect(page.get_by_role("status")).to_contain_text("Saved.")
    await expect(page.get_by_label("Name")).to_have_value("Kim Lee")


async def test_a_mail_is_shown_in_a_frame_that_runs_nothing(site: Site, visit: Visit) -> None:
    body = "<html><body><h1>Hello Ada</h1></body></html>"
    database = Database.from_settings(settings_for(site.urls))
    async with database.tenant_session(site.tenant_id) as session:
        mail = await add_mail(
            session, site.tenant_id, subject="Hello", body_html=body, body_text="Hello Ada"
        )
    await database.close()
    page = await visit(f"/mails/{mail.id}", size=PHONE)
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_role("heading", name="Hello Ada")).to_be_visible()
    await check_page(page)
