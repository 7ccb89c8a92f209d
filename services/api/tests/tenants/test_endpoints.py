from __future__ import annotations

import uuid
from typing import Any

import pytest
from blacklight_shared.matching import MatchingConfig

from services.api.tests.conftest import Caller, ClientFor, Tenant

TENANTS = "/api/v1/tenants"
OWN = "/api/v1/tenant"
MATCHING = f"{OWN}/matching"


def a_tenant(**fields: Any) -> dict[str, Any]:
    slug = f"t-{uuid.uuid4().hex[:10]}"
    return {"name": "Acme", "slug": slug, "admin_email": "admin@example.com", **fields}


class TestPlatform:
    async def test_makes_a_tenant_that_can_begin(
        self, platform: Caller, client_for: ClientFor
    ) -> None:
        made = await platform.make(TENANTS, **a_tenant(time_zone="Europe/Berlin"))
        assert made["admin"]["role"] == "admin"
        client = await client_for(made["api_key"])
        own = (await client.get(OWN)).json()
        assert (own["id"], own["time_zone"]) == (made["id"], "Europe/Berlin")
        users = (await client.get("/api/v1/users")).json()["items"]
        assert [user["email"] for user in users] == ["admin@example.com"]

    async def test_a_slug_is_taken_once(self, platform: Caller) -> None:
        wanted = a_tenant()
        await platform.make(TENANTS, **wanted)
        response = await platform.http.post(TENANTS, json=wanted)
        assert response.status_code == 409
        assert response.json()["errors"][0]["field"] == "slug"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("slug", "Not A Slug"),
            ("slug", "-x"),
            ("admin_email", "nobody"),
            ("time_zone", "Mars/Olympus"),
            ("locale", "english"),
            ("name", "line\nbreak"),
        ],
    )
    async def test_refuses_by_name(self, platform: Caller, field: str, value: str) -> None:
        response = await platform.http.post(TENANTS, json=a_tenant(**{field: value}))
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == field

    async def test_suspends_a_tenant(self, platform: Caller, client_for: ClientFor) -> None:
        made = await platform.make(TENANTS, **a_tenant())
        path = f"{TENANTS}/{made['id']}"
        await platform.http.patch(path, json={"status": "suspended"})
        assert (await platform.get(path))["status"] == "suspended"
        client = await client_for(made["api_key"])
        assert (await client.get(OWN)).status_code == 403

    async def test_lists_tenants(self, platform: Caller, tenant: Tenant) -> None:
        listed = await platform.get(TENANTS, limit=200)
        assert tenant.tenant_id in {item["id"] for item in listed["items"]}


class TestOwnTenant:
    async def test_changes_what_it_may(self, tenant: Tenant) -> None:
        response = await tenant.http.patch(OWN, json={"name": "New name", "locale": "de-DE"})
        assert response.json()["name"] == "New name"
        assert (await tenant.get(OWN))["locale"] == "de-DE"

    async def test_cannot_change_its_status(self, tenant: Tenant) -> None:
        response = await tenant.http.patch(OWN, json={"status": "active"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "status"


class TestMatchingSettings:
    async def test_begin_with_the_defaults(self, tenant: Tenant) -> None:
        found = await tenant.get(MATCHING)
        assert found["config"] == MatchingConfig().model_dump(mode="json")
        assert found["overrides"] == {}

    async def test_store_only_what_was_chosen(self, tenant: Tenant) -> None:
        response = await tenant.http.put(MATCHING, json={"store_threshold": 40})
        assert response.json()["overrides"] == {"store_threshold": 40}
        assert response.json()["config"]["recommend_threshold"] == 70
        log = await tenant.get("/api/v1/audit-log", action="tenant.matching_changed")
        assert log["items"][0]["changes"] == {"store_threshold": 40}

    @pytest.mark.parametrize(
        "config",
        [
            {"weights": {"skills": 1}},
            {"store_threshold": 101},
            {"recommend_threshold": 10},
            {"grade_limits": {"a": 95}},
            {"unheard": 1},
        ],
    )
    async def test_refuse_what_makes_no_sense(self, tenant: Tenant, config: dict[str, Any]) -> None:
        assert (await tenant.http.put(MATCHING, json=config)).status_code == 422
        assert (await tenant.get(MATCHING))["overrides"] == {}
