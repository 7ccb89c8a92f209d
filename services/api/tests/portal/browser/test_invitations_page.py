"""Inviting people and deciding about a submission, in a browser."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from blacklight_shared.models import (
    CandidateInvitation,
    InvitationDocument,
    InvitationStatus,
    PortalRole,
)
from playwright.async_api import ViewportSize, expect
from sqlalchemy import select

from services.api.tests.portal.browser.conftest import SIZES, Site, Visit, check_page
from services.api.tests.reading import have_read


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

    await _fill_in(site, f"ada.{theme}@example.com")
    await page.goto("/invitations?status=submitted")
    await check_page(page)
    await page.get_by_role("link", name=name).click()
    await expect(page.get_by_text("Wind Turbine Technician")).to_be_visible()
    await check_page(page)
    await page.get_by_role("button", name="Take the CV’s for headline").click()
    await page.get_by_role("button", name="Add 3 from the CV for skills").click()
    await expect(
        page.get_by_role("button", name="Back to what they entered for headline")
    ).to_be_visible()
    await check_page(page)
    await page.get_by_role("button", name="Approve").click()
    await page.wait_for_url("**/candidates/*")
    await expect(page.get_by_text("Data Scientist")).to_be_visible()
    await expect(page.get_by_text("Hydraulics")).to_be_visible()
    await expect(page.get_by_text("Kafka")).to_be_visible()


async def _fill_in(site: Site, email: str) -> None:
    """Do what the candidate would do on the onboarding page, and the worker with their CV."""
    content = b"A CV."
    async with site.database.tenant_session(site.tenant_id) as session:
        invitation = (
            await session.scalars(
                select(CandidateInvitation).where(CandidateInvitation.email == email)
            )
        ).one()
        invitation.status = InvitationStatus.SUBMITTED
        invitation.submitted_at = invitation.opened_at = datetime.now(UTC)
        invitation.last_name = "Marsh"
        invitation.profile = _PROFILE
        document = InvitationDocument(
            tenant_id=site.tenant_id,
            invitation_id=invitation.id,
            filename="cv.txt",
            content_type="text/plain",
            size_bytes=len(content),
            sha256=hashlib.sha256(content).digest(),
            content=content,
        )
        session.add(document)
    await have_read(site, invitation.id)


_PROFILE = {
    "headline": "Wind Turbine Technician",
    "location": "Esbjerg, Denmark",
    "skills": ["SCADA", "Hydraulics", "Blade repair"],
    "years_experience": 6.5,
    "preferred_roles": ["Wind Technician"],
    "work_modes": ["onsite"],
    "salary_expected": 62000,
    "salary_currency": "EUR",
    "salary_period": "year",
    "summary": "Climbs towers in all weathers and keeps gearboxes alive.",
}
