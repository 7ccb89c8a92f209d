"""An invited person fills in their profile, in a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blacklight_shared.crypto import hash_token
from playwright.async_api import ViewportSize, expect
from sqlalchemy import Engine, create_engine, text

from services.api.tests.portal.browser.conftest import SIZES, Site, Visit, check_page
from services.api.tests.reading import READING, have_read

FILLED = ("first_name", "last_name", "phone", "headline", "skills", "years_experience")


@pytest.fixture
def owner(site: Site) -> Iterator[Engine]:
    engine = create_engine(site.urls.owner)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("size", "theme"), [(SIZES["desktop"], "dark"), (SIZES["phone"], "light")], ids=SIZES
)
async def test_a_profile_is_filled_in_and_sent(
    visit: Visit, site: Site, owner: Engine, size: ViewportSize, theme: str
) -> None:
    invitation_id, token = await _invite(site, owner, f"ada.{theme}@example.com")

    page = await visit(f"/onboarding?token={token}", None, size, theme)
    await expect(page).to_have_url(f"{site.url}/onboarding/cv")
    await page.get_by_label("Your CV").set_input_files(
        {"name": "ada-marsh.txt", "mimeType": "text/plain", "buffer": b"Ada Marsh\nSurveyor\n"}
    )
    await expect(page.get_by_text("ada-marsh.txt is saved.")).to_be_visible()
    await expect(page.get_by_text("Reading your CV…")).to_be_visible()
    await check_page(page)

    await page.get_by_role("link", name="Continue").click()
    await page.get_by_label("First name").fill("Adalina")
    await have_read(site, invitation_id, READING, fills=FILLED)
    await expect(page.get_by_text("From your CV: name, phone, headline")).to_be_visible()
    await expect(page.get_by_label("First name")).to_have_value("Adalina")
    await expect(page.get_by_label("Last name")).to_have_value("Marsh")
    await expect(page.get_by_label("Phone")).to_have_value("+1 512 555 0100")
    await check_page(page)
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_label("What you can do")).to_have_value("Python\nSQL\nKafka")
    await page.get_by_label("What you can do").fill("Land surveying\nGIS\nDrones")
    await page.get_by_label("Jobs you look for").fill("Land Surveyor")
    await page.get_by_label("At home", exact=True).check()
    await check_page(page)
    await page.get_by_role("button", name="Save and continue").click()
    await expect(page.get_by_text("Adalina Marsh")).to_be_visible()
    await expect(page.get_by_text("Land surveying")).to_be_visible()
    await check_page(page)
    await page.get_by_role("button", name="Send my profile").click()
    await expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    await check_page(page)

    await page.goto(f"/onboarding?token={token}")
    await expect(page.get_by_role("heading", name="This link is closed")).to_be_visible()
    await check_page(page)


async def _invite(site: Site, owner: Engine, email: str) -> tuple[int, str]:
    """An invitation and its token, which otherwise only the mail knows."""
    made = await site.make("/invitations", email=email)
    token = f"token-{made['id']}"
    with owner.begin() as connection:
        connection.execute(
            text("UPDATE candidate_invitations SET token_hash = :hash WHERE id = :id"),
            {"hash": hash_token(token), "id": made["id"]},
        )
    return int(str(made["id"])), token
