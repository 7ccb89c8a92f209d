"""A company registers, and a recruiter reads what is known of it, in a browser."""

from __future__ import annotations

import pytest
from blacklight_shared.models import PortalRole, Registration, RegistrationStatus
from blacklight_shared.registrations import OpenPosition
from playwright.async_api import ViewportSize, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.api.tests.portal.browser.conftest import SIZES, Site, Visit, check_page
from services.api.tests.registration_factories import SITE, add_dossier


@pytest.mark.parametrize(
    ("size", "theme"), [(SIZES["desktop"], "light"), (SIZES["phone"], "dark")], ids=SIZES
)
async def test_a_company_registers_and_is_looked_at(
    visit: Visit, site: Site, size: ViewportSize, theme: str
) -> None:
    page = await visit("/registrations/forms", size=size, theme=theme)
    await page.get_by_label("Name", exact=True).fill(f"Trade fair {theme}")
    await page.get_by_role("button", name="Make the form").click()
    await check_page(page)

    await page.get_by_role("row", name=f"Trade fair {theme}").get_by_role("link").click()
    await page.get_by_label("First name").fill("Ada")
    await page.get_by_label("Last name").fill("Marsh")
    await page.get_by_label("Website of your company").fill(f"{theme}.example.com")
    await check_page(page)
    await page.get_by_role("button", name="Register").click()
    await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    await check_page(page)
    await _analyse(site, theme)
    await expect(page.get_by_text("will come back to you")).to_be_visible()

    page = await visit("/registrations", PortalRole.RECRUITER, size, theme)
    await check_page(page)
    await page.get_by_role("link", name=f"{theme}.example.com").click()
    await expect(page.get_by_text("Wind turbine technician")).to_be_visible()
    await check_page(page)
    await page.get_by_role("button", name="Import 1 position").click()
    await expect(page.get_by_text("The positions are being imported.")).to_be_visible()


async def _analyse(site: Site, theme: str) -> None:
    """Do what the worker does."""
    engine = create_async_engine(site.urls.owner)
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        found = await session.scalars(
            select(Registration).where(Registration.company_website.contains(theme))
        )
        registration = found.one()
        registration.status = RegistrationStatus.COMPLETED
        registration.percent = 100.0
        position = OpenPosition(
            title="Wind turbine technician", location="Esbjerg, Denmark", source_url=SITE
        )
        await add_dossier(session, registration, position)
    await engine.dispose()
