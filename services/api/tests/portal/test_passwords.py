"""Forgotten passwords, welcome mails, and the links by which people choose a password."""

from __future__ import annotations

import httpx
import pytest
from blacklight_api.accounts.passwords import MAX_LINKS
from blacklight_api.auth.sign_in import FREE_TRIES
from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.events import PasswordResetMail
from blacklight_shared.models import PASSWORD_RESET_PURPOSE, OutboxEvent, PasswordReset
from fastapi import FastAPI
from sqlalchemy import func, select, update

from services.api.tests.conftest import Tenant
from services.api.tests.portal.conftest import PASSWORD, Browser, MakeBrowser

NEW_PASSWORD = "a much better passphrase"


async def test_a_forgotten_password_is_replaced_by_a_link_that_works_once(
    tenant: Tenant, make_browser: MakeBrowser, app: FastAPI
) -> None:
    browser = await make_browser(tenant)
    asked = await ask(browser.http, browser.email)
    assert asked.status_code == 200
    [token] = await tokens(app, tenant, browser.user_id)

    assert "Choose a password" in (await browser.http.get(link(token))).text
    chosen = await choose(browser.http, token)

    assert chosen.headers["location"] == "/"
    assert "you are signed in" in await browser.open("/candidates")
    assert (await browser.sign_in()).status_code == 422
    assert (await browser.sign_in(password=NEW_PASSWORD)).status_code == 303
    assert (await choose(browser.http, token)).status_code == 404
    assert (await browser.http.get(link(token))).status_code == 404


async def test_unknown_addresses_get_the_same_answer(
    tenant: Tenant, make_browser: MakeBrowser, app: FastAPI
) -> None:
    browser = await make_browser(tenant)
    known = await ask(browser.http, browser.email)
    unknown = await ask(browser.http, "nobody@example.com")
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(browser.email, "") == unknown.text.replace("nobody@example.com", "")
    assert len(await tokens(app, tenant, browser.user_id)) == 1


async def test_asking_again_and_again_does_not_fill_the_inbox(
    tenant: Tenant, make_browser: MakeBrowser, app: FastAPI
) -> None:
    browser = await make_browser(tenant)
    for _ in range(MAX_LINKS + 2):
        await ask(browser.http, browser.email)
    assert len(await tokens(app, tenant, browser.user_id)) == MAX_LINKS


async def test_a_new_password_ends_sessions_other_links_and_the_wait(
    tenant: Tenant, make_browser: MakeBrowser, app: FastAPI
) -> None:
    browser = await make_browser(tenant)
    await browser.sign_in()
    for _ in range(2):
        await ask(browser.http, browser.email)
    first, second = await tokens(app, tenant, browser.user_id)
    async with client(app) as elsewhere:
        for _ in range(FREE_TRIES):
            await elsewhere.post("/sign-in", data={"email": browser.email, "password": "wrong"})
        assert (await choose(elsewhere, second)).status_code == 303
        assert (await browser.http.get("/candidates")).status_code == 303
        assert (await choose(elsewhere, first)).status_code == 404
        again = {"email": browser.email, "password": NEW_PASSWORD}
        assert (await elsewhere.post("/sign-in", data=again)).status_code == 303


async def test_a_link_runs_out(
    tenant: Tenant, make_browser: MakeBrowser, app: FastAPI, database: Database
) -> None:
    browser = await make_browser(tenant)
    await ask(browser.http, browser.email)
    [token] = await tokens(app, tenant, browser.user_id)
    async with database.tenant_session(tenant.tenant_id) as session:
        await session.execute(update(PasswordReset).values(expires_at=func.now()))
    assert (await choose(browser.http, token)).status_code == 404


async def test_a_disabled_person_gets_no_link_and_can_use_none(
    tenant: Tenant, make_browser: MakeBrowser, app: FastAPI
) -> None:
    browser = await make_browser(tenant, role="recruiter")
    await ask(browser.http, browser.email)
    [token] = await tokens(app, tenant, browser.user_id)
    path = f"/api/v1/users/{browser.user_id}"
    await tenant.http.patch(path, json={"status": "disabled"})

    assert (await choose(browser.http, token)).status_code == 404
    await ask(browser.http, browser.email)
    assert len(await tokens(app, tenant, browser.user_id)) == 1
    assert (await tenant.http.post(f"{path}/password-link")).status_code == 409


@pytest.mark.parametrize(
    ("token", "password", "status"),
    [
        ("unknown", NEW_PASSWORD, 404),
        ("", NEW_PASSWORD, 422),
        ("\x00", NEW_PASSWORD, 422),
        ("unknown", "short", 422),
        ("unknown", "x" * 1_025, 422),
        ("<script>" * 10, NEW_PASSWORD, 404),
    ],
)
async def test_nonsense_is_refused(app: FastAPI, token: str, password: str, status: int) -> None:
    async with client(app) as anybody:
        response = await choose(anybody, token, password)
    assert response.status_code == status
    assert "<script>" not in response.text


async def test_who_is_let_in_without_password_is_welcomed(tenant: Tenant, app: FastAPI) -> None:
    made = await tenant.make(
        "/api/v1/users", email="new@example.com", full_name="New Person", role="hr"
    )
    [event] = await mails(tenant)
    assert event.user_id == made["id"]
    assert event.page_url.endswith("/reset-password")
    [token] = await tokens(app, tenant, made["id"])
    assert token not in event.model_dump_json()

    async with client(app) as browser:
        assert (await choose(browser, token)).headers["location"] == "/"
        assert "New Person" in (await browser.get("/candidates")).text


async def test_who_is_let_in_with_a_password_gets_no_mail(
    tenant: Tenant, make_browser: MakeBrowser
) -> None:
    await make_browser(tenant)
    assert await mails(tenant) == []


async def test_an_admin_sends_the_link_again(
    tenant: Tenant, recruiter: Browser, app: FastAPI
) -> None:
    sent = await tenant.http.post(f"/api/v1/users/{recruiter.user_id}/password-link")
    assert sent.status_code == 202
    assert len(await tokens(app, tenant, recruiter.user_id)) == 1
    assert (await recruiter.sign_in(password=PASSWORD)).status_code == 303


def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


def link(token: str) -> str:
    return f"/reset-password?token={token}"


async def ask(http: httpx.AsyncClient, email: str) -> httpx.Response:
    return await http.post("/forgotten-password", data={"email": email})


async def choose(
    http: httpx.AsyncClient, token: str, password: str = NEW_PASSWORD
) -> httpx.Response:
    return await http.post("/reset-password", data={"token": token, "new_password": password})


async def tokens(app: FastAPI, tenant: Tenant, user_id: int) -> list[str]:
    """The tokens of a person's links, as their mails carry them."""
    secret_box: SecretBox = app.state.gateway.secret_box
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        sealed = await session.scalars(
            select(PasswordReset.token_sealed)
            .where(PasswordReset.user_id == user_id)
            .order_by(PasswordReset.id)
        )
        return [
            secret_box.decrypt(row, purpose=PASSWORD_RESET_PURPOSE, tenant_id=tenant.tenant_id)
            for row in sealed
            if row is not None
        ]


async def mails(tenant: Tenant) -> list[PasswordResetMail]:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        rows = await session.scalars(
            select(OutboxEvent.data).where(OutboxEvent.name == PasswordResetMail.name)
        )
        return [PasswordResetMail.model_validate(row) for row in rows]
