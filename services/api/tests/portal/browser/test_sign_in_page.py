"""Signing in, in a browser."""

from __future__ import annotations

import asyncio

import pytest
from blacklight_shared.crypto import SecretBox
from blacklight_shared.models import PASSWORD_RESET_PURPOSE, PasswordReset
from playwright.async_api import ViewportSize, expect
from sqlalchemy import select

from services.api.tests.conftest import settings_for
from services.api.tests.portal.browser.conftest import PHONE, SIZES, Site, Visit, check_page
from services.api.tests.portal.conftest import PASSWORD


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_person_signs_in_and_out(
    visit: Visit, site: Site, size: ViewportSize, theme: str
) -> None:
    page = await visit("/candidates", role=None, size=size, theme=theme)
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await check_page(page)

    await page.get_by_label("E-mail address").fill("admin@northwind.example.com")
    await page.get_by_label("Password").fill("not this one")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_contain_text("do not belong together")

    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Candidates", exact=True)).to_be_visible()
    await check_page(page)

    await page.get_by_label("Your account").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("status")).to_have_text("You are signed out.")


async def test_a_person_signs_in_with_microsoft(visit: Visit, site: Site) -> None:
    page = await visit("/jobs", role=None, size=PHONE)
    await page.get_by_role("link", name="Sign in with Microsoft").click()
    await page.get_by_label("Account").fill("recruiter@northwind.example.com")
    await page.get_by_role("button", name="Allow").click()
    await expect(page).to_have_url(f"{site.url}/jobs")
    await page.goto("/account")
    await expect(page.get_by_text("You sign in with a Microsoft account")).to_be_visible()


async def test_a_forgotten_password_is_chosen_anew(visit: Visit, site: Site) -> None:
    page = await visit("/sign-in", role=None, size=PHONE, theme="dark")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await page.get_by_label("E-mail address").fill("hr@northwind.example.com")
    await page.get_by_role("button").click()
    await expect(page.get_by_text("hr@northwind.example.com")).to_be_visible()
    await check_page(page)

    await page.goto(f"/reset-password?token={await _token_of_link(site)}")
    await check_page(page)
    await page.get_by_label("New password").fill("another horse battery staple")
    await page.get_by_role("button", name="Set the password and sign in").click()
    await expect(page.get_by_role("status")).to_contain_text("Your password is set")


async def _token_of_link(site: Site) -> str:
    """The token that the mail brings; it is owed once the page has been answered."""
    for _ in range(100):
        async with site.database.tenant_session(site.tenant_id) as session:
            sealed = await session.scalar(select(PasswordReset.token_sealed))
        if sealed is not None:
            box = SecretBox.from_settings(settings_for(site.urls))
            return box.decrypt(sealed, purpose=PASSWORD_RESET_PURPOSE, tenant_id=site.tenant_id)
        await asyncio.sleep(0.05)
    raise AssertionError("no link was made")
