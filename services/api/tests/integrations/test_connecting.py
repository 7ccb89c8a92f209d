"""From the first click to a connected mailbox, and everything that may come between."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from blacklight_api.auth.scopes import Scope
from blacklight_devstack.emulators.faults import Fault
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_shared.integrations import TokenStore
from blacklight_shared.models import (
    IntegrationTokens,
    MailboxProviderName,
    OAuthState,
    PortalUser,
    PortalUserStatus,
)
from fastapi import FastAPI
from sqlalchemy import func, select, update

from services.api.tests.conftest import Caller, MakeTenant, Tenant, WithScopes
from services.api.tests.integrations.conftest import PATH, Browser, Browsers


async def test_a_yes_connects_the_mailbox(
    app: FastAPI,
    browser: Browser,
    provider: MailProvider,
    provider_name: MailboxProviderName,
    address: str,
) -> None:
    response = await browser.connect(address, provider=provider_name)
    assert response.status_code == 200, response.text
    shown = response.json()
    assert (shown["address"], shown["provider"], shown["status"]) == (
        address,
        provider_name,
        "active",
    )
    assert shown["user_id"] == browser.tenant.admin_user_id

    gateway = app.state.gateway
    store = TokenStore(gateway.database, gateway.secret_box, gateway.mailbox_providers)
    token = await store.access_token(browser.tenant.tenant_id, shown["id"])
    assert provider.accounts.find_token(token) is not None


async def test_the_mailbox_is_read_at_once(browser: Browser, address: str) -> None:
    shown = (await browser.connect(address, provider="gmail")).json()
    assert await browser.tenant.events() == [
        (
            "email/sync-user-inbox",
            {
                "integration_id": shown["id"],
                "tenant_id": browser.tenant.tenant_id,
                "user_id": browser.tenant.admin_user_id,
                "provider": "gmail",
                "manual_trigger": True,
            },
        )
    ]


async def test_it_is_audited_without_the_address(browser: Browser, address: str) -> None:
    shown = (await browser.connect(address, provider="gmail")).json()
    [entry, *_] = (await browser.tenant.get("/api/v1/audit-log"))["items"]
    assert entry["action"] == "email_integration.connected"
    assert entry["entity_id"] == str(shown["id"])
    assert (entry["actor_type"], entry["actor_id"]) == (
        "user",
        str(browser.tenant.admin_user_id),
    )
    assert address not in str(entry)


async def test_connecting_again_continues_the_same_row(browser: Browser, address: str) -> None:
    first = (await browser.connect(address, provider="gmail")).json()
    await browser.tenant.http.post(f"{PATH}/{first['id']}/disconnect")
    again = (await browser.connect(address, provider="gmail")).json()
    assert (again["id"], again["status"]) == (first["id"], "active")


async def test_the_browser_goes_where_it_was_asked_to(browser: Browser, address: str) -> None:
    response = await browser.connect(address, provider="gmail", return_to="/settings/inboxes")
    assert response.status_code == 303
    [shown] = (await browser.tenant.get(PATH))["items"]
    assert response.headers["Location"] == f"/settings/inboxes?integration_id={shown['id']}"


@pytest.mark.parametrize(
    "return_to",
    [
        "https://elsewhere.example",
        "//elsewhere.example",
        "/\\elsewhere",
        "settings",
        "/a?b",
        "",
    ],
)
async def test_it_never_goes_to_another_site(browser: Browser, return_to: str) -> None:
    response = await browser.begin(provider="gmail", return_to=return_to)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "return_to"


class TestWithoutAYes:
    async def test_a_no_connects_nothing(
        self, browser: Browser, address: str, provider_name: MailboxProviderName
    ) -> None:
        begun = (await browser.begin(provider=provider_name)).json()
        back = await browser.answer(begun["authorization_url"], address, decision="deny")
        response = await browser.gateway.get(back)
        assert response.status_code == 409
        assert "permission" in response.json()["detail"]
        assert (await browser.tenant.get(PATH))["items"] == []

    async def test_a_page_is_told_why(self, browser: Browser, address: str) -> None:
        begun = (await browser.begin(provider="gmail", return_to="/inboxes")).json()
        back = await browser.answer(begun["authorization_url"], address, decision="deny")
        response = await browser.gateway.get(back)
        assert response.headers["Location"] == "/inboxes?connect_error=access_denied"

    async def test_without_the_box_ticked_nothing_is_connected(
        self, browser: Browser, address: str
    ) -> None:
        begun = (await browser.begin(provider="gmail")).json()
        scope = "https://www.googleapis.com/auth/gmail.readonly"
        back = await browser.answer(begun["authorization_url"], address, without=[scope])
        response = await browser.gateway.get(back)
        assert response.status_code == 409
        assert "ticked" in response.json()["detail"]

    async def test_a_provider_that_fails_connects_nothing(
        self,
        browser: Browser,
        address: str,
        provider: MailProvider,
        provider_name: MailboxProviderName,
    ) -> None:
        begun = (await browser.begin(provider=provider_name)).json()
        back = await browser.answer(begun["authorization_url"], address)
        provider.faults.order(Fault.SERVER_ERROR, operation="token")
        response = await browser.gateway.get(back)
        assert response.status_code == 503
        assert (await browser.tenant.get(PATH))["items"] == []


class TestTheState:
    async def test_is_good_once(self, browser: Browser, address: str) -> None:
        begun = (await browser.begin(provider="gmail")).json()
        back = await browser.answer(begun["authorization_url"], address)
        secret = browser.gateway.cookies["blacklight_connect"]
        assert (await browser.gateway.get(back)).status_code == 200
        again = await _get(browser, back, secret)
        assert again.status_code == 404

    async def test_is_used_up_by_the_wrong_browser(
        self, browser: Browser, browsers: Browsers, address: str
    ) -> None:
        """A link that was sent to somebody else connects nothing, then or later."""
        begun = (await browser.begin(provider="gmail")).json()
        back = await browser.answer(begun["authorization_url"], address)
        victim = await browsers.open(browser.tenant)
        assert (await victim.gateway.get(back)).status_code == 403
        assert (await browser.gateway.get(back)).status_code == 404
        assert (await browser.tenant.get(PATH))["items"] == []

    async def test_of_another_connection_of_the_browser_is_refused(
        self, browser: Browser, address: str
    ) -> None:
        first = (await browser.begin(provider="gmail")).json()
        await browser.begin(provider="gmail")
        back = await browser.answer(first["authorization_url"], address)
        assert (await browser.gateway.get(back)).status_code == 403

    async def test_is_good_for_ten_minutes(self, browser: Browser, address: str) -> None:
        begun = (await browser.begin(provider="gmail")).json()
        left = datetime.fromisoformat(begun["expires_at"]) - datetime.now(UTC)
        assert timedelta(minutes=9) < left <= timedelta(minutes=10)
        back = await browser.answer(begun["authorization_url"], address)
        async with browser.tenant.database.tenant_session(browser.tenant.tenant_id) as session:
            await session.execute(update(OAuthState).values(expires_at=func.now()))
        assert (await browser.gateway.get(back)).status_code == 404

    async def test_that_was_never_given_out_is_refused(self, browser: Browser) -> None:
        response = await browser.gateway.get(f"{PATH}/callback?state=invented&code=invented")
        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize(
        ("query", "status", "words"),
        [
            ("state=invented&code=invented", 404, "has run out, or was answered already"),
            ("code=invented", 422, "not complete"),
        ],
    )
    async def test_of_no_use_is_told_people_on_a_page(
        self, browser: Browser, query: str, status: int, words: str
    ) -> None:
        accepted = {"Accept": "text/html,application/xhtml+xml"}
        response = await browser.gateway.get(f"{PATH}/callback?{query}", headers=accepted)
        assert response.status_code == status
        assert response.headers["Content-Type"].startswith("text/html")
        assert words in response.text
        assert 'href="/integrations"' in response.text
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]

    async def test_of_another_browser_is_told_people_on_a_page(
        self, browser: Browser, browsers: Browsers, address: str
    ) -> None:
        begun = (await browser.begin(provider="gmail")).json()
        back = await browser.answer(begun["authorization_url"], address)
        victim = await browsers.open(browser.tenant)
        response = await victim.gateway.get(back, headers={"Accept": "text/html"})
        assert response.status_code == 403
        assert "another browser" in response.text

    async def test_is_needed(self, browser: Browser) -> None:
        response = await browser.gateway.get(f"{PATH}/callback?code=invented")
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "state"

    async def test_goes_when_it_has_run_out(self, browser: Browser) -> None:
        await browser.begin(provider="gmail")
        async with browser.tenant.database.tenant_session(browser.tenant.tenant_id) as session:
            await session.execute(update(OAuthState).values(expires_at=func.now()))
        await browser.begin(provider="gmail")
        async with browser.tenant.database.tenant_session(browser.tenant.tenant_id) as session:
            assert await session.scalar(select(func.count()).select_from(OAuthState)) == 1


async def test_the_cookie_is_for_the_answer_alone(browser: Browser) -> None:
    response = await browser.begin(provider="gmail")
    cookie = response.headers["Set-Cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert f"path={PATH}/callback" in cookie
    assert browser.gateway.cookies["blacklight_connect"] not in response.text


async def test_secrets_are_stored_unreadably(browser: Browser, address: str) -> None:
    begun = (await browser.begin(provider="gmail")).json()
    state = httpx.URL(begun["authorization_url"]).params["state"]
    async with browser.tenant.database.tenant_session(browser.tenant.tenant_id) as session:
        stored = (await session.scalars(select(OAuthState))).one()
    secret = browser.gateway.cookies["blacklight_connect"]
    columns = [stored.state_hash, stored.session_hash, stored.flow_sealed]
    assert not any(text.encode() in column for text in (state, secret) for column in columns)

    back = await browser.answer(begun["authorization_url"], address)
    shown = (await browser.gateway.get(back)).json()
    async with browser.tenant.database.tenant_session(browser.tenant.tenant_id) as session:
        row = await session.get_one(IntegrationTokens, shown["id"])
    assert b"access-" not in row.tokens_sealed


class TestForWhom:
    async def test_a_key_has_to_name_the_person(self, tenant: Tenant) -> None:
        response = await tenant.http.post(f"{PATH}/connections", json={"provider": "gmail"})
        assert response.status_code == 403

    async def test_a_key_without_the_scope_connects_for_nobody(
        self, tenant: Tenant, with_scopes: WithScopes
    ) -> None:
        client = await with_scopes(tenant, [Scope.INTEGRATIONS_WRITE])
        body = {"provider": "gmail", "user_id": tenant.admin_user_id}
        assert (await client.post(f"{PATH}/connections", json=body)).status_code == 403

    async def test_people_of_other_tenants_do_not_exist(
        self, browser: Browser, make_tenant: MakeTenant
    ) -> None:
        stranger = await make_tenant()
        response = await browser.begin(provider="gmail", user_id=stranger.admin_user_id)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "user_id"

    async def test_a_person_who_was_locked_out_meanwhile_gets_nothing(
        self, browser: Browser, address: str
    ) -> None:
        begun = (await browser.begin(provider="gmail")).json()
        back = await browser.answer(begun["authorization_url"], address)
        async with browser.tenant.database.tenant_session(browser.tenant.tenant_id) as session:
            await session.execute(update(PortalUser).values(status=PortalUserStatus.DISABLED))
        assert (await browser.gateway.get(back)).status_code == 403
        assert (await browser.tenant.get(PATH))["items"] == []

    async def test_the_platform_has_no_mailboxes(self, platform: Caller) -> None:
        body = {"provider": "gmail", "user_id": 1}
        response = await platform.http.post(f"{PATH}/connections", json=body)
        assert response.status_code == 403


async def test_an_installation_without_registration_says_so(app: FastAPI, browser: Browser) -> None:
    app.state.gateway = dataclasses.replace(app.state.gateway, mailbox_providers={})
    response = await browser.begin(provider="outlook")
    assert response.status_code == 409
    assert "not registered" in response.json()["detail"]


async def _get(browser: Browser, path: str, secret: str) -> httpx.Response:
    return await browser.gateway.get(path, headers={"Cookie": f"blacklight_connect={secret}"})
