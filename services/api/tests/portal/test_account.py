"""A person's own account."""

from __future__ import annotations

import httpx
from blacklight_api.auth.sign_in import FREE_TRIES
from fastapi import FastAPI

from services.api.tests.conftest import Tenant
from services.api.tests.portal.conftest import PASSWORD, Browser

NEW_PASSWORD = "a much better passphrase"


async def test_a_person_changes_their_name_and_zone(tenant: Tenant, recruiter: Browser) -> None:
    saved = await recruiter.send(
        "/account/profile", full_name="Zoë <b>Ray</b>", time_zone="Asia/Tokyo"
    )
    assert saved.headers["location"] == "/account"

    page = await recruiter.open("/account")
    assert "Zoë &lt;b&gt;Ray&lt;/b&gt;" in page
    assert '<option value="Asia/Tokyo" selected>' in page
    user = await tenant.get(f"/api/v1/users/{recruiter.user_id}")
    assert (user["full_name"], user["time_zone"]) == ("Zoë <b>Ray</b>", "Asia/Tokyo")

    await recruiter.send("/account/profile", full_name="Zoë Ray", time_zone="")
    user = await tenant.get(f"/api/v1/users/{recruiter.user_id}")
    assert (user["full_name"], user["time_zone"]) == ("Zoë Ray", None)


async def test_what_is_refused_is_shown_again(tenant: Tenant, recruiter: Browser) -> None:
    refused = await recruiter.send("/account/profile", full_name="", time_zone="Mars/Olympus")
    assert refused.status_code == 422
    assert "IANA time zone" in refused.text
    user = await tenant.get(f"/api/v1/users/{recruiter.user_id}")
    assert user["full_name"] == "Sam Rivera"


async def test_a_person_chooses_their_mails(tenant: Tenant, hr: Browser) -> None:
    for value, wanted in (("yes", True), ("", False)):
        await hr.send("/account/notifications", wants_daily_stats=value)
        user = await tenant.get(f"/api/v1/users/{hr.user_id}")
        assert user["wants_daily_stats"] is wanted


async def test_a_new_password_ends_the_other_sessions(app: FastAPI, recruiter: Browser) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as other:
        await other.post("/sign-in", data={"email": recruiter.email, "password": PASSWORD})
        changed = await change(recruiter, PASSWORD, NEW_PASSWORD)
        assert changed.headers["location"] == "/account"
        assert (await other.get("/candidates")).status_code == 303
    assert "signed out everywhere else" in await recruiter.open("/account")
    assert (await recruiter.sign_in()).status_code == 422
    assert (await recruiter.sign_in(password=NEW_PASSWORD)).status_code == 303


async def test_the_password_before_is_asked_and_cannot_be_guessed(recruiter: Browser) -> None:
    for _ in range(FREE_TRIES):
        wrong = await change(recruiter, "not my password", NEW_PASSWORD)
        assert wrong.status_code == 422
        assert "This is not your password." in wrong.text
    assert "Too many tries" in (await change(recruiter, PASSWORD, NEW_PASSWORD)).text


async def test_a_short_password_is_refused(recruiter: Browser) -> None:
    refused = await change(recruiter, PASSWORD, "short")
    assert refused.status_code == 422
    assert "Give at least 12 characters" in refused.text
    assert 'value="short"' not in refused.text


async def test_all_sessions_are_listed(app: FastAPI, recruiter: Browser) -> None:
    user_agent = "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://gateway",
        headers={"User-Agent": user_agent},
    ) as other:
        await other.post("/sign-in", data={"email": recruiter.email, "password": PASSWORD})
    page = await recruiter.open("/account")
    assert "Firefox on Windows" in page
    assert page.count("This browser") == 1


async def change(browser: Browser, current: str, new: str) -> httpx.Response:
    return await browser.send("/account/password", current_password=current, new_password=new)
