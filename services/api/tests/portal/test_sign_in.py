"""Signing in and out, the brake on guessing, and forms from elsewhere."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from blacklight_api.auth.sign_in import FREE_TRIES
from blacklight_shared.models import PortalRole

from services.api.tests.conftest import Tenant
from services.api.tests.portal.conftest import PASSWORD, Browser, MakeBrowser


async def test_who_is_not_signed_in_is_sent_to_sign_in_and_comes_back(
    tenant: Tenant, make_browser: MakeBrowser
) -> None:
    browser = await make_browser(tenant)
    sent_away = await browser.http.get("/candidates?search=ada")
    assert sent_away.headers["location"] == "/sign-in?next=%2Fcandidates%3Fsearch%3Dada"

    signed_in = await browser.sign_in(next="/candidates?search=ada")

    assert signed_in.status_code == 303
    assert signed_in.headers["location"] == "/candidates?search=ada"
    cookie = signed_in.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "Candidates" in await browser.open("/candidates")


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "https://evil.example/", "/\\evil.example"]
)
async def test_no_link_leads_to_another_site_after_signing_in(
    next_page: str, tenant: Tenant, make_browser: MakeBrowser
) -> None:
    browser = await make_browser(tenant)
    assert (await browser.sign_in(next=next_page)).headers["location"] == "/"


async def test_unknown_address_and_wrong_password_get_the_same_answer(
    tenant: Tenant, make_browser: MakeBrowser
) -> None:
    browser = await make_browser(tenant)
    wrong = await browser.sign_in(password="wrong")
    unknown = await browser.sign_in(email="nobody@example.com")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(browser.email, "") == unknown.text.replace("nobody@example.com", "")


async def test_guessing_has_to_wait_even_when_all_guesses_come_at_once(
    tenant: Tenant, make_browser: MakeBrowser
) -> None:
    browser = await make_browser(tenant)
    guesses = [browser.sign_in(password=f"guess {number}") for number in range(FREE_TRIES + 3)]
    answers = [answer.status_code for answer in await asyncio.gather(*guesses)]
    assert sorted(answers) == [422] * FREE_TRIES + [429] * 3

    right = await browser.sign_in()
    assert right.status_code == 429
    assert "Too many tries" in right.text


async def test_a_success_forgets_the_failures(tenant: Tenant, make_browser: MakeBrowser) -> None:
    browser = await make_browser(tenant)
    for _round in range(2):
        for _try in range(FREE_TRIES - 1):
            await browser.sign_in(password="wrong")
        assert (await browser.sign_in()).status_code == 303


async def test_an_address_of_several_firms_chooses(
    tenant: Tenant, other_tenant: Tenant, make_browser: MakeBrowser
) -> None:
    email = f"both-{tenant.tenant_id}@example.com"
    browser = await make_browser(tenant, email=email)
    await make_browser(other_tenant, email=email)
    slug = (await other_tenant.get("/api/v1/tenant"))["slug"]

    asked = await browser.sign_in()
    assert asked.status_code == 200
    assert slug in asked.text

    assert (await browser.sign_in(tenant=slug)).status_code == 303
    assert slug in await browser.open("/candidates")


async def test_each_sign_in_begins_another_session(admin: Browser) -> None:
    before = admin.http.cookies["blacklight_session"]
    await admin.sign_in()
    assert admin.http.cookies["blacklight_session"] != before

    old = httpx.Cookies({"blacklight_session": before})
    admin.http.cookies = old
    assert (await admin.http.get("/candidates")).status_code == 303


async def test_signing_out_ends_the_session(admin: Browser) -> None:
    token = admin.http.cookies["blacklight_session"]
    assert (await admin.send("/sign-out")).headers["location"] == "/sign-in"
    admin.http.cookies.set("blacklight_session", token)
    assert (await admin.http.get("/candidates")).status_code == 303


async def test_signing_out_everywhere_ends_all_sessions(
    tenant: Tenant, admin: Browser, make_browser: MakeBrowser
) -> None:
    other = await make_browser(tenant, PortalRole.RECRUITER)
    await other.sign_in()
    second = httpx.AsyncClient(transport=admin.http._transport, base_url="http://gateway")
    async with second:
        await second.post("/sign-in", data={"email": admin.email, "password": PASSWORD})
        await admin.send("/sign-out-everywhere")
        assert (await second.get("/candidates")).status_code == 303
    assert await other.open("/candidates")


async def test_a_disabled_person_is_out_and_stays_out(tenant: Tenant, recruiter: Browser) -> None:
    changed = await tenant.http.patch(
        f"/api/v1/users/{recruiter.user_id}", json={"status": "disabled"}
    )
    assert changed.status_code == 200
    assert (await recruiter.http.get("/candidates")).status_code == 303
    assert (await recruiter.sign_in()).status_code == 422


@pytest.mark.parametrize("token", ["", "stale", "ünïcode"])
async def test_a_stale_form_changes_nothing_and_says_so(token: str, admin: Browser) -> None:
    refused = await admin.http.post("/sign-out-everywhere", data={"csrf_token": token})
    assert refused.status_code == 403
    assert "nothing was changed" in refused.text
    assert await admin.open("/candidates")


@pytest.mark.parametrize("path", ["/sign-in", "/theme", "/sign-out"])
async def test_forms_of_other_sites_are_refused(path: str, admin: Browser) -> None:
    refused = await admin.http.post(
        path,
        data={"csrf_token": await admin.csrf()},
        headers={"Origin": "https://evil.example"},
    )
    assert refused.status_code == 403


async def test_pages_allow_no_inline_script(admin: Browser) -> None:
    response = await admin.http.get("/candidates")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in response.text
    assert " style=" not in response.text
    assert " onclick=" not in response.text
