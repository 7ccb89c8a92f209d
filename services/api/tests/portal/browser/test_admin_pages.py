"""What admins do, in a browser: people, keys, logo, runs, audit log."""

from __future__ import annotations

import io
from datetime import UTC, datetime

from blacklight_shared.models import OutboxEvent
from PIL import Image
from playwright.async_api import FilePayload, expect

from services.api.tests.factories import add_batch
from services.api.tests.portal.browser.conftest import DESKTOP, PHONE, Site, Visit, check_page


async def test_a_person_is_let_in_and_locked_out(visit: Visit) -> None:
    page = await visit("/settings/people", size=PHONE)
    await check_page(page)
    await page.get_by_role("link", name="Add a person").click()
    await page.get_by_label("Name").fill("Robin <i>Okafor</i>")
    await page.get_by_label("E-mail address").fill("robin@northwind.example.com")
    await check_page(page)
    await page.get_by_role("button", name="Let them in").click()
    await expect(page.get_by_role("status")).to_contain_text("gets a mail")

    await page.get_by_role("link", name="Robin <i>Okafor</i>").click()
    await check_page(page)
    await page.get_by_role("button", name="Lock out").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("Locked out")).to_be_visible()


async def test_a_key_is_shown_once_and_revoked(visit: Visit) -> None:
    page = await visit("/settings/api-keys/new", size=PHONE, theme="dark")
    await page.get_by_label("Name").fill("Nightly feed")
    await page.get_by_role("button", name="Make the key").click()
    await expect(page.locator("#scopes-help")).to_be_visible()
    await page.get_by_label("jobs:import").check()
    await check_page(page)
    await page.get_by_role("button", name="Make the key").click()
    assert (await page.get_by_label("The key").input_value()).startswith("bl_")
    await check_page(page)

    await page.get_by_role("link", name="I have copied it").click()
    await check_page(page)
    row = page.get_by_role("row").filter(has_text="Nightly feed")
    await row.get_by_role("button").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(row).to_contain_text("Revoked")


async def test_a_logo_stands_above_what_people_outside_see(visit: Visit, site: Site) -> None:
    form = await site.make("/registration-forms", name="Website")
    page = await visit("/settings", size=PHONE)
    await page.get_by_label("Picture").set_input_files(_picture())
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_alt_text("Your logo")).to_be_visible()
    await check_page(page)

    await page.goto(f"/register/{form['public_key']}")
    logo = page.get_by_alt_text("Northwind Staffing")
    await expect(logo).to_be_visible()
    box = await logo.bounding_box()
    assert box is not None
    assert box["height"] <= 40
    assert await logo.evaluate("image => image.naturalWidth") == 640
    await check_page(page)


async def test_events_that_failed_are_sent_again(visit: Visit, site: Site) -> None:
    async with site.database.tenant_session(site.tenant_id) as session:
        await add_batch(session, site.tenant_id, source="careers-site")
        session.add(
            OutboxEvent(
                tenant_id=site.tenant_id,
                name="jobs/imported",
                data={},
                subject="batch:1",
                attempts=10,
                dead_at=datetime.now(UTC),
                last_error="400: " + "the event is at fault, " * 10,
            )
        )
    page = await visit("/runs", size=PHONE, theme="dark")
    await check_page(page)
    await page.get_by_role("button", name="Send again").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("status")).to_contain_text("1 event is on the way")
    await check_page(page)


async def test_the_audit_log_leads_to_who_and_what(visit: Visit, site: Site) -> None:
    await site.make("/candidates", first_name="Ada", last_name="Marsh")
    page = await visit("/audit", size=DESKTOP)
    await check_page(page)
    await page.get_by_label("Kind of object").select_option("candidate")
    await expect(page).to_have_url(f"{site.url}/audit?entity_type=candidate")
    rows = page.locator("table.audit tbody tr")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Candidate created")
    await rows.get_by_role("link").first.click()
    await expect(page.get_by_role("heading", name="Ada Marsh")).to_be_visible()


def _picture() -> FilePayload:
    written = io.BytesIO()
    Image.new("RGB", (1_200, 300), (11, 110, 79)).save(written, "PNG")
    return FilePayload(name="logo.png", mimeType="image/png", buffer=written.getvalue())
