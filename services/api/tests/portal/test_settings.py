"""The settings: firm, matching, mail, people and keys; for admins only."""

from __future__ import annotations

import re
from typing import Any

from blacklight_shared.database import Database

from services.api.tests.conftest import ClientFor, Tenant
from services.api.tests.factories import add_candidate, add_job, add_match, add_user
from services.api.tests.portal.conftest import Browser

PAGES = (
    "/settings",
    "/settings/matching",
    "/settings/mail",
    "/settings/people",
    "/settings/people/new",
    "/settings/api-keys",
    "/settings/api-keys/new",
)
MATCHING = {
    "skills": "40",
    "experience": "25",
    "location": "15",
    "salary": "10",
    "semantic": "10",
    "store_threshold": "50",
    "recommend_threshold": "70",
    "minimum_evidence": "50",
    "a_plus": "90",
    "a": "80",
    "b": "70",
    "c": "60",
    "d": "50",
}
MAIL = {
    "sender_name": "Northwind Talent",
    "accent_color": "#0b6e4f",
    "invitation_valid_days": "14",
    "reminder_days": "1, 5",
    "host": "",
    "port": "587",
    "security": "starttls",
}
SERVER = {
    "host": "smtp.example.com",
    "from_address": "talent@example.com",
    "username": "mailer",
    "password": "a secret",
}
NONSENSE_MATCHING = (
    ({"skills": "90"}, "they add up to 150 %"),
    ({"recommend_threshold": "10"}, "at least the limit for keeping"),
    ({"b": "85"}, "Each grade needs more points"),
    ({"skills": "nan"}, "finite number"),
    ({"skills": "<script>"}, "valid number"),
    ({"minimum_evidence": "0"}, "greater than or equal to 1"),
)
NONSENSE_MAIL: tuple[tuple[dict[str, str], str], ...] = (
    ({"reminder_days": "tomorrow"}, "numbers from 1 to 30"),
    ({"reminder_days": "1,2,3,4,5,6"}, "numbers from 1 to 30"),
    ({"accent_color": "red"}, "String should match"),
    ({"logo_url": "http://example.com/logo.png"}, "https"),
    (SERVER | {"from_address": "nobody"}, "not a valid email"),
    (SERVER | {"security": "none"}, "password"),
)
NONSENSE_KEYS: tuple[dict[str, Any], ...] = (
    {"scopes": []},
    {"scopes": ["tenants:admin"]},
    {"scopes": ["scraper"]},
    {"scopes": ["jobs:read"], "name": ""},
    {"scopes": ["jobs:read"], "valid_days": "-1"},
    {"scopes": ["unheard"]},
)


async def test_settings_are_for_admins(recruiter: Browser, admin: Browser) -> None:
    for path in PAGES:
        assert (await recruiter.http.get(path)).status_code == 403, path
        assert (await admin.http.get(path)).status_code == 200, path


async def test_the_firm(tenant: Tenant, admin: Browser) -> None:
    sent = {"name": "Néw <i>firm</i>", "time_zone": "Europe/Berlin", "locale": "de-DE"}
    assert (await admin.send("/settings", **sent)).status_code == 303
    firm = await tenant.get("/api/v1/tenant")
    assert {name: firm[name] for name in sent} == sent
    assert "Néw &lt;i&gt;firm&lt;/i&gt;" in await admin.open("/settings")

    refused = await admin.send("/settings", name="", time_zone="Mars", locale="x")
    assert refused.status_code == 422
    assert (await tenant.get("/api/v1/tenant"))["time_zone"] == "Europe/Berlin"


class TestMatching:
    async def test_only_what_differs_from_the_defaults_is_stored(
        self, tenant: Tenant, admin: Browser
    ) -> None:
        await admin.send("/settings/matching", **MATCHING | {"a_plus": "95"})
        stored = await tenant.get("/api/v1/tenant/matching")
        assert set(stored["overrides"]) == {"grade_limits"}
        assert stored["config"]["grade_limits"]["a_plus"] == 95

        await admin.send("/settings/matching", **MATCHING)
        assert (await tenant.get("/api/v1/tenant/matching"))["overrides"] == {}

    async def test_what_the_form_does_not_show_stays(self, tenant: Tenant, admin: Browser) -> None:
        semantic = {"unrelated_cosine": 0.3, "same_cosine": 0.9}
        await tenant.http.put("/api/v1/tenant/matching", json={"semantic": semantic})
        await admin.send("/settings/matching", **MATCHING | {"store_threshold": "40"})
        config = (await tenant.get("/api/v1/tenant/matching"))["config"]
        assert config["semantic"] == semantic
        assert config["store_threshold"] == 40

    async def test_what_makes_no_sense_is_refused(self, tenant: Tenant, admin: Browser) -> None:
        for values, words in NONSENSE_MATCHING:
            for path in ("/settings/matching", "/settings/matching/preview"):
                refused = await admin.send(path, **MATCHING | values)
                assert refused.status_code == 422
                assert words in refused.text
                assert "<script>" not in refused.text
        assert (await tenant.get("/api/v1/tenant/matching"))["overrides"] == {}

    async def test_the_preview_counts_and_saves_nothing(
        self, tenant: Tenant, admin: Browser, database: Database
    ) -> None:
        async with database.tenant_session(tenant.tenant_id) as session:
            candidate = await add_candidate(session, tenant.tenant_id)
            await add_match(session, candidate, await add_job(session), score=80.0)
        shown = await admin.send(
            "/settings/matching/preview", **MATCHING | {"recommend_threshold": "99"}
        )
        assert shown.status_code == 200
        assert re.search(r"<dt>No longer</dt><dd>1</dd>", shown.text)
        assert (await tenant.get("/api/v1/tenant/matching"))["overrides"] == {}


class TestMail:
    async def test_look_and_server(self, tenant: Tenant, admin: Browser) -> None:
        assert (await admin.send("/settings/mail", **MAIL | SERVER)).status_code == 303
        stored = await tenant.get("/api/v1/tenant/mail")
        assert stored["accent_color"] == "#0b6e4f"
        assert stored["reminder_hours"] == [120, 24]
        assert stored["smtp"]["has_password"] is True
        page = await admin.open("/settings/mail")
        assert "a secret" not in page

        # An empty password keeps the one that is stored.
        await admin.send("/settings/mail", **MAIL | SERVER | {"password": ""})
        assert (await tenant.get("/api/v1/tenant/mail"))["smtp"]["has_password"] is True
        await admin.send("/settings/mail", **MAIL)
        assert (await tenant.get("/api/v1/tenant/mail"))["smtp"] is None

    async def test_what_is_refused(self, tenant: Tenant, admin: Browser) -> None:
        for values, words in NONSENSE_MAIL:
            refused = await admin.send("/settings/mail", **MAIL | values)
            assert refused.status_code == 422
            assert words in refused.text
        assert (await tenant.get("/api/v1/tenant/mail"))["sender_name"] is None

    async def test_a_test_mail_leads_to_what_becomes_of_it(
        self, tenant: Tenant, admin: Browser
    ) -> None:
        sent = await admin.send("/settings/mail/test", to_email="ops@example.com")
        [mail] = (await tenant.get("/api/v1/mails"))["items"]
        assert sent.headers["location"] == f"/mails/{mail['id']}"
        assert (await admin.send("/settings/mail/test", to_email="nobody")).status_code == 422


class TestPeople:
    async def test_a_person_is_let_in_changed_and_locked_out(
        self, tenant: Tenant, admin: Browser
    ) -> None:
        person = {"full_name": "Kim Lee", "email": " KIM@example.com ", "role": "hr"}
        assert (await admin.send("/settings/people/new", **person)).status_code == 303
        people = await admin.open("/settings/people?role=hr")
        assert "kim@example.com" in people
        assert "No password yet" in people
        [found] = (await tenant.get("/api/v1/users", role="hr"))["items"]
        path = f"/settings/people/{found['id']}"

        await admin.send(path, full_name="Kim Li", role="recruiter")
        await admin.send(path, status="disabled")
        found = await tenant.get(f"/api/v1/users/{found['id']}")
        assert (found["full_name"], found["role"], found["status"]) == (
            "Kim Li",
            "recruiter",
            "disabled",
        )
        assert "locked out" in await admin.open(path)
        assert (await admin.send(f"{path}/password-link")).status_code == 409
        await admin.send(path, status="active")
        assert (await admin.send(f"{path}/password-link")).status_code == 303

    async def test_the_same_person_twice_is_refused_beside_the_field(self, admin: Browser) -> None:
        person = {"full_name": "Kim Lee", "email": "kim@example.com", "role": "hr"}
        await admin.send("/settings/people/new", **person)
        again = await admin.send("/settings/people/new", **person)
        assert again.status_code == 422
        assert "Another person has this address." in again.text

    async def test_the_last_admin_stays(
        self, tenant: Tenant, admin: Browser, database: Database
    ) -> None:
        await tenant.http.patch(
            f"/api/v1/users/{tenant.admin_user_id}", json={"status": "disabled"}
        )
        refused = await admin.send(f"/settings/people/{admin.user_id}", role="hr")
        assert refused.status_code == 422
        assert "without an admin" in refused.text

    async def test_pages_of_many_people(
        self, tenant: Tenant, admin: Browser, database: Database
    ) -> None:
        async with database.tenant_session(tenant.tenant_id) as session:
            for number in range(3):
                await add_user(session, tenant.tenant_id, full_name=f"Person {number}")
        first = await admin.open("/settings/people?limit=2")
        assert 'rel="next"' in first


class TestApiKeys:
    async def test_a_key_is_shown_once_works_and_ends(
        self, tenant: Tenant, admin: Browser, client_for: ClientFor
    ) -> None:
        made = await admin.send(
            "/settings/api-keys/new", name="Feed", scopes=["jobs:read"], valid_days="30"
        )
        assert made.status_code == 200
        assert made.headers["cache-control"] == "no-store"
        found = re.search(r'value="(bl_[^"]+)"', made.text)
        assert found is not None
        client = await client_for(found[1])
        assert (await client.get("/api/v1/jobs")).status_code == 200
        assert found[1] not in await admin.open("/settings/api-keys")

        key = next(k for k in await keys(tenant) if k["name"] == "Feed")
        assert key["expires_at"] is not None
        for _ in range(2):
            revoked = await admin.send(f"/settings/api-keys/{key['id']}/revoke")
            assert revoked.status_code == 303
        assert (await client.get("/api/v1/jobs")).status_code == 401

    async def test_no_key_may_do_more_than_its_maker(self, tenant: Tenant, admin: Browser) -> None:
        before = len(await keys(tenant))
        for values in NONSENSE_KEYS:
            sent = {"name": "Feed", "valid_days": "0"} | values
            refused = await admin.send("/settings/api-keys/new", **sent)
            assert refused.status_code == 422, values
        assert len(await keys(tenant)) == before


async def keys(tenant: Tenant) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await tenant.get("/api/v1/api-keys"))["items"]
    return found
