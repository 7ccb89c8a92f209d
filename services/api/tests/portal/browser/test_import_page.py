"""Importing a file of postings, in a browser."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, ViewportSize, expect

from services.api.tests.portal.browser.conftest import DESKTOP, PHONE, SIZES, Visit, check_page

POSTINGS = FilePayload(
    name="jobs.csv",
    mimeType="text/csv",
    buffer=b"Position,Firm,City,Notes\nData Engineer,Northwind,Austin,call first\nNurse,,,\n",
)


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "dark"), (PHONE, "light")], ids=SIZES)
async def test_a_file_is_uploaded_mapped_and_followed(
    visit: Visit, size: ViewportSize, theme: str
) -> None:
    page = await visit("/jobs", size=size, theme=theme)
    await page.get_by_role("link", name="Import", exact=True).click()
    await check_page(page)

    await page.get_by_label("Drop a file of postings here").set_input_files(POSTINGS)
    await expect(page.get_by_label("Position holds")).to_have_value("title")
    await page.get_by_label("Firm holds").select_option("company")
    await check_page(page)

    await page.get_by_label("Name of the source").fill("careers-site")
    await page.get_by_role("button", name="Import").click()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await expect(page.get_by_text("0 rows so far")).to_be_visible()
    await check_page(page)
