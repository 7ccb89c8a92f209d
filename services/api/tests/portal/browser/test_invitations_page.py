"""Inviting people and deciding about a submission, in a browser."""

from __future__ import annotations

import pytest
from blacklight_shared.models import PortalRole
from playwright.async_api import ViewportSize, expect
from sqlalchemy import create_engine, text

from services.api.tests.portal.browser.conftest import SIZES, Site, Visit, check_page


@pytest.mark.parametrize(
    ("size", "theme"), [(SIZES["desktop"], "light"), (SIZES["phone"], "dark")], ids=SIZES
)
async def test_people_are_invited_and_one_is_approved(
    visit: Visit, site: Site, size: ViewportSize, theme: str
) -> None:
    name = f"Ada {theme.title()}"
    page = await visit("/invitations", PortalRole.HR, size, theme)
    await page.get_by_role("link", name="Invite candidates").first.click()
    await check_page(page)
    await page.get_by_label("List of people").fill(f"ada.{theme}@example.com, {name}\nnobody")
    await page.get_by_role("button", name="Invite all of them").click()
    await expect(page.get_by_role("status")).to_contain_text("1 person is invited.")
    await check_page(page)

    _fill_in(site, f"ada.{theme}@example.com")
    await page.goto("/invitations?status=submitted")
    await check_page(page)
    await page.get_by_role("link", name=name).click()
    await expect(page.get_by_text("Wind Turbine Technician")).to_be_visible()
    await check_page(page)
    await page.get_by_role("button", name="Approve").click()
    await page.wait_for_url("**/candidates/*")


def _fill_in(site: Site, email: str) -> None:
    """Do what the candidate would do on the onboarding page."""
    engine = create_engine(site.urls.owner)
    with engine.begin() as connection:
        connection.execute(
            text(
                "UPDATE candidate_invitations SET status = 'submitted', submitted_at = now(),"
                " opened_at = now(), last_name = 'Marsh', profile = CAST(:profile AS jsonb)"
                " WHERE email = :email"
            ),
            {"email": email, "profile": _PROFILE},
        )
    engine.dispose()


_PROFILE = """{"headline": "Wind Turbine Technician", "location": "Esbjerg, Denmark",
"skills": ["SCADA", "Hydraulics", "Blade repair"], "years_experience": 6.5,
"preferred_roles": ["Wind Technician"], "work_modes": ["onsite"], "salary_expected": 62000,
"salary_currency": "EUR", "salary_period": "year",
"summary": "Climbs towers in all weathers and keeps gearboxes alive."}"""
