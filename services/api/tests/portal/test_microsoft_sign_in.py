"""Signing in with Microsoft, emulated over HTTPS: who gets in, and who does not."""

from __future__ import annotations

import dataclasses
import ssl
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from blacklight_api.auth.microsoft import MicrosoftSignIn
from blacklight_api.portal.pages import microsoft
from blacklight_api.portal.pages.microsoft import CALLBACK_PATH, COOKIE, PATH
from blacklight_api.settings import ApiSettings
from blacklight_devstack.emulators.accounts import Accounts
from blacklight_devstack.emulators.consent_page import consent_answer
from blacklight_devstack.emulators.faults import Fault, FaultOrder
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.models import PortalRole
from fastapi import FastAPI
from pydantic import ValidationError

from services.api.tests.conftest import Tenant, settings_for
from services.api.tests.portal.conftest import Browser, MakeBrowser

ELSEWHERE = str(uuid.uuid4())
"""The directory of another organisation."""


@pytest.fixture(scope="module")
def settings(module_database: DatabaseUrls, emulated: EmulatedMailboxes) -> ApiSettings:
    """People of one directory may sign in."""
    return ApiSettings.model_validate(
        {**settings_for(module_database).model_dump(), **emulated.settings}
    )


@dataclass(frozen=True)
class AtMicrosoft:
    """A browser that goes to Microsoft and comes back."""

    gateway: httpx.AsyncClient
    microsoft: httpx.AsyncClient
    accounts: Accounts

    async def leave(self, path: str = PATH) -> str:
        """Where the button leads."""
        sent = await self.gateway.get(path)
        assert sent.status_code == 303, sent.text
        return sent.headers["location"]

    async def answer(self, url: str, address: str, **options: Any) -> str:
        """Where Microsoft sends the browser to."""
        response = await self.microsoft.post(url, data=consent_answer(url, address, **options))
        assert response.status_code == 303, response.text
        parts = urlsplit(response.headers["location"])
        return f"{parts.path}?{parts.query}"

    async def sign_in(self, address: str, path: str = PATH, **claims: Any) -> httpx.Response:
        """The whole way, with what Microsoft's id token says instead of the usual."""
        self.accounts.claims[address] = claims
        return await self.gateway.get(await self.answer(await self.leave(path), address))

    async def is_signed_in(self) -> bool:
        return (await self.gateway.get("/candidates")).status_code == 200

    async def told(self) -> str:
        """The page after being sent back."""
        return (await self.gateway.get("/sign-in")).text


@pytest.fixture
async def outside(app: FastAPI, emulated: EmulatedMailboxes) -> AsyncIterator[AtMicrosoft]:
    """Somebody at a browser in which nobody is signed in."""
    trust = ssl.create_default_context(cafile=emulated.settings["provider_ca_file"])
    transport = httpx.ASGITransport(app)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://gateway") as gateway,
        httpx.AsyncClient(verify=trust) as far_side,
    ):
        yield AtMicrosoft(gateway, far_side, emulated.microsoft.accounts)
    emulated.microsoft.accounts.claims.clear()
    emulated.microsoft.faults.clear()


def configure(app: FastAPI, settings: ApiSettings) -> None:
    """Let people sign in with Microsoft as other settings say."""
    sign_in = MicrosoftSignIn.from_settings(settings)
    app.state.gateway = dataclasses.replace(app.state.gateway, microsoft_sign_in=sign_in)


@pytest.fixture
def everyones(app: FastAPI, settings: ApiSettings) -> None:
    """People of all directories may sign in."""
    base, _, _ = (settings.microsoft_sign_in_authority or "").rpartition("/")
    wider = settings.model_copy(update={"microsoft_sign_in_authority": f"{base}/organizations"})
    configure(app, wider)


@pytest.fixture
async def person(tenant: Tenant, make_browser: MakeBrowser) -> Browser:
    return await make_browser(tenant, PortalRole.RECRUITER)


async def test_a_known_person_signs_in_and_lands_where_they_wanted(
    tenant: Tenant, person: Browser, outside: AtMicrosoft
) -> None:
    form = await outside.gateway.get("/sign-in?next=/jobs%3Fsearch=nurse%26page=1")
    assert f'href="{PATH}?next=%2Fjobs%3Fsearch%3Dnurse%26page%3D1"' in form.text

    ended = await outside.sign_in(person.email, f"{PATH}?next=/jobs?search=nurse")

    assert (ended.status_code, ended.headers["location"]) == (303, "/jobs?search=nurse")
    assert "Sam Rivera" in (await outside.gateway.get("/candidates")).text
    shown = await tenant.get(f"/api/v1/users/{person.user_id}")
    assert shown["has_microsoft_account"] is True
    entries = (await tenant.get("/api/v1/audit-log", actor_id=person.user_id))["items"]
    actions = [entry["action"] for entry in entries]
    assert actions == ["user.signed_in", "user.microsoft_account_added"]


async def test_what_is_asked_for_is_no_more_than_who_they_are(outside: AtMicrosoft) -> None:
    asked = parse_qs(urlsplit(await outside.leave()).query)
    assert set(asked["scope"][0].split()) == {"openid", "profile", "email"}
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000{CALLBACK_PATH}"]
    cookie = outside.gateway.cookies[COOKIE]
    assert len(cookie) < 3_000
    assert asked["state"][0] not in cookie


async def test_the_session_before_ends(person: Browser, outside: AtMicrosoft) -> None:
    await outside.sign_in(person.email)
    first = outside.gateway.cookies["blacklight_session"]
    await outside.sign_in(person.email)
    assert outside.gateway.cookies["blacklight_session"] != first
    outside.gateway.cookies.set("blacklight_session", first)
    assert not await outside.is_signed_in()


async def test_guesses_at_the_password_do_not_keep_them_out(
    person: Browser, outside: AtMicrosoft
) -> None:
    while (await person.sign_in(password="wrong")).status_code != 429:
        pass
    assert (await outside.sign_in(person.email)).headers["location"] == "/"


async def test_it_leads_to_no_other_site(person: Browser, outside: AtMicrosoft) -> None:
    for next_page in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        ended = await outside.sign_in(person.email, f"{PATH}?next={next_page}")
        assert ended.headers["location"] == "/"


class TestWhoIsMeant:
    async def test_nobody_is_made_up(self, tenant: Tenant, outside: AtMicrosoft) -> None:
        before = await tenant.get("/api/v1/users")
        ended = await outside.sign_in(f"nobody-{tenant.tenant_id}@example.com")
        assert ended.headers["location"] == "/sign-in"
        assert "ask an admin of your firm" in await outside.told()
        assert not await outside.is_signed_in()
        assert await tenant.get("/api/v1/users") == before

    async def test_the_account_counts_more_than_the_address_once_it_is_known(
        self, person: Browser, outside: AtMicrosoft
    ) -> None:
        await outside.sign_in(person.email)
        renamed = await outside.sign_in(person.email, email="married@example.com")
        assert renamed.headers["location"] == "/"
        inherited = await outside.sign_in(person.email, oid=str(uuid.uuid4()))
        assert inherited.headers["location"] == "/sign-in"

    async def test_an_admin_lets_them_come_with_another_account(
        self, person: Browser, admin: Browser, outside: AtMicrosoft
    ) -> None:
        await outside.sign_in(person.email)
        page = f"/settings/people/{person.user_id}"
        assert "Signs in with a Microsoft account" in await admin.open(page)

        for _ in range(2):
            sent = await admin.send(f"{page}/forget-microsoft-account")
            assert sent.headers["location"] == page

        assert "Microsoft account now" in await admin.open(page)
        assert not await outside.is_signed_in()
        again = await outside.sign_in(person.email, oid=str(uuid.uuid4()))
        assert again.headers["location"] == "/"

    async def test_whoever_is_locked_out_stays_out(
        self, tenant: Tenant, person: Browser, outside: AtMicrosoft
    ) -> None:
        await outside.sign_in(person.email)
        path = f"/api/v1/users/{person.user_id}"
        await tenant.http.patch(path, json={"status": "disabled"})
        assert (await outside.sign_in(person.email)).headers["location"] == "/sign-in"

    async def test_who_is_known_to_several_firms_chooses(
        self,
        tenant: Tenant,
        other_tenant: Tenant,
        make_browser: MakeBrowser,
        outside: AtMicrosoft,
    ) -> None:
        email = f"both-{tenant.tenant_id}@example.com"
        for firm in (tenant, other_tenant):
            await make_browser(firm, email=email)
        slug = (await other_tenant.get("/api/v1/tenant"))["slug"]

        asked = await outside.sign_in(email, f"{PATH}?next=/jobs")
        assert asked.status_code == 200
        assert f'href="{PATH}?tenant={slug}&amp;next=%2Fjobs"' in asked.text
        assert not await outside.is_signed_in()

        chosen = await outside.sign_in(email, f"{PATH}?tenant={slug}&next=/jobs")
        assert chosen.headers["location"] == "/jobs"
        assert slug in (await outside.gateway.get("/candidates")).text


@pytest.mark.usefixtures("everyones")
class TestAddressesOfOtherOrganisations:
    """In their directory, their admins write what they like."""

    async def test_an_address_that_nobody_proved_opens_nothing(
        self, person: Browser, outside: AtMicrosoft
    ) -> None:
        unproved: list[dict[str, Any]] = [
            {"xms_edov": False},
            {"xms_edov": "0"},
            {"email": None},
            {"email": "someone@else.example"},
            {"email": "no address"},
        ]
        for claims in unproved:
            ended = await outside.sign_in(person.email, tid=ELSEWHERE, **claims)
            assert ended.headers["location"] == "/sign-in", claims
            assert not await outside.is_signed_in(), claims

    async def test_a_proved_address_opens_the_account(
        self, person: Browser, outside: AtMicrosoft
    ) -> None:
        for proof in (True, 1, "1", "true"):
            ended = await outside.sign_in(person.email, tid=ELSEWHERE, xms_edov=proof)
            assert ended.headers["location"] == "/", proof


class TestAnswersThatAreNotBelieved:
    async def test_a_no(self, person: Browser, outside: AtMicrosoft) -> None:
        back = await outside.answer(await outside.leave(), person.email, decision="deny")
        assert (await outside.gateway.get(back)).headers["location"] == "/sign-in"
        assert "did not let Microsoft say who you are" in await outside.told()

    async def test_in_another_browser(
        self, person: Browser, outside: AtMicrosoft, anonymous: httpx.AsyncClient
    ) -> None:
        back = await outside.answer(await outside.leave(), person.email)
        assert (await anonymous.get(back)).headers["location"] == "/sign-in"
        assert (await anonymous.get("/candidates")).status_code == 303

    async def test_twice(self, person: Browser, outside: AtMicrosoft) -> None:
        url = await outside.leave()
        cookie = outside.gateway.cookies[COOKIE]
        back = await outside.answer(url, person.email)
        assert (await outside.gateway.get(back)).headers["location"] == "/"
        assert COOKIE not in outside.gateway.cookies

        outside.gateway.cookies.clear()
        outside.gateway.cookies.set(COOKIE, cookie, path=PATH)
        assert (await outside.gateway.get(back)).headers["location"] == "/sign-in"
        assert "once more" in await outside.told()

    async def test_of_another_sign_in(self, person: Browser, outside: AtMicrosoft) -> None:
        back = await outside.answer(await outside.leave(), person.email)
        await outside.leave()
        assert (await outside.gateway.get(back)).headers["location"] == "/sign-in"

    async def test_too_late(
        self, person: Browser, outside: AtMicrosoft, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        back = await outside.answer(await outside.leave(), person.email)

        class Later(datetime):
            @classmethod
            def now(cls, tz: Any = UTC) -> datetime:  # type: ignore[override]  # one zone only
                return datetime.now(tz) + timedelta(minutes=11)

        monkeypatch.setattr(microsoft, "datetime", Later)
        assert (await outside.gateway.get(back)).headers["location"] == "/sign-in"
        assert not await outside.is_signed_in()

    async def test_an_id_token_that_is_not_for_us(
        self, person: Browser, outside: AtMicrosoft
    ) -> None:
        others: list[dict[str, Any]] = [
            {"aud": "another application"},
            {"tid": ELSEWHERE},
            {"tid": "no id"},
            {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
            {"nonce": "another"},
        ]
        for claims in others:
            ended = await outside.sign_in(person.email, **claims)
            assert ended.headers["location"] == "/sign-in", claims
            assert not await outside.is_signed_in(), claims

    async def test_with_a_forged_cookie(self, outside: AtMicrosoft) -> None:
        for cookie in ("", "AAAA", "not base64!", "ünï"):
            headers = [(b"Cookie", f"{COOKIE}={cookie}".encode())]
            back = await outside.gateway.get(f"{CALLBACK_PATH}?state=a&code=b", headers=headers)
            assert back.headers["location"] == "/sign-in", cookie


async def test_microsoft_fails(
    person: Browser, outside: AtMicrosoft, emulated: EmulatedMailboxes
) -> None:
    for fault in (Fault.BAD_GATEWAY, Fault.RATE_LIMITED, Fault.NOT_JSON, Fault.UNAUTHORIZED):
        emulated.microsoft.faults.orders.append(FaultOrder(operation="token", fault=fault))
        ended = await outside.sign_in(person.email)
        assert ended.headers["location"] == "/sign-in", fault
        assert "Microsoft does not answer" in await outside.told(), fault


async def test_microsoft_cannot_be_reached(
    app: FastAPI, settings: ApiSettings, outside: AtMicrosoft
) -> None:
    nowhere = f"https://127.0.0.1:1/{ELSEWHERE}"
    gone = settings.model_copy(update={"microsoft_sign_in_authority": nowhere})
    configure(app, gone)
    assert await outside.leave() == "/sign-in"
    assert "Microsoft does not answer" in await outside.told()


async def test_where_it_is_not_configured_nothing_is_offered(
    app: FastAPI, module_database: DatabaseUrls, anonymous: httpx.AsyncClient
) -> None:
    configure(app, settings_for(module_database))
    assert "Microsoft" not in (await anonymous.get("/sign-in")).text
    assert (await anonymous.get(PATH)).status_code == 404
    assert (await anonymous.get(CALLBACK_PATH)).status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"microsoft_sign_in_authority": "https://login.example/contoso"},
        {"microsoft_sign_in_authority": "login.microsoftonline.com/common"},
        {"microsoft_client_id": None, "microsoft_client_secret": None},
    ],
    ids=str,
)
def test_wrong_settings_are_refused(settings: ApiSettings, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"(?i)microsoft"):
        ApiSettings.model_validate(settings.model_dump() | wrong)
