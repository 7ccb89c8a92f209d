"""Deciding about a role, in a browser."""

from __future__ import annotations

import pytest
from playwright.async_api import ViewportSize, expect
from sqlalchemy import create_engine, text

from services.api.tests.portal.browser.conftest import SIZES, Site, Visit, check_page


@pytest.mark.parametrize(
    ("size", "theme"), [(SIZES["desktop"], "dark"), (SIZES["phone"], "light")], ids=SIZES
)
async def test_a_role_becomes_another_name(
    visit: Visit, site: Site, size: ViewportSize, theme: str
) -> None:
    name = f"Lantern Keeper {theme}"
    await site.make("/roles", name=name)
    target = await site.make("/roles", name="Lighthouse Keeper")
    engine = create_engine(site.urls.owner)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE global_roles SET status = 'approved' WHERE id = :id"), {"id": target["id"]}
        )
    engine.dispose()

    page = await visit("/roles", size=size, theme=theme)
    await check_page(page)
    await page.get_by_role("link", name=name).click()
    await page.get_by_label("Look for a role").fill("Lighthouse")
    await page.get_by_role("button", name="Search").click()
    await check_page(page)
    await page.get_by_role("button", name="Merge into this").click()
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("status")).to_contain_text("another name of Lighthouse Keeper")

    await page.get_by_role("link", name="All roles", exact=True).click()
    await check_page(page)
