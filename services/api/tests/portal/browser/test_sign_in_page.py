"""Signing in, in a browser."""

from __future__ import annotations

import pytest
from playwright.async_api import ViewportSize, expect

from services.api.tests.portal.browser.conftest import SIZES, Site, Visit, check_page
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
