from __future__ import annotations

from typing import Any

import pytest

from services.api.tests.conftest import Caller, Tenant

LOG = "/api/v1/audit-log"


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ({"entity_type": "candidate"}, ["candidate.deleted", "candidate.created"]),
        ({"action": "skill.created"}, ["skill.created"]),
        ({"actor_id": "bootstrap"}, ["api_key.created", "user.created"]),
        ({"actor_id": "nobody"}, []),
    ],
)
async def test_is_filtered(tenant: Tenant, query: dict[str, Any], actions: list[str]) -> None:
    made = await tenant.make("/api/v1/candidates", first_name="Ada")
    await tenant.http.delete(f"/api/v1/candidates/{made['id']}")
    await tenant.make("/api/v1/skills", name="Acme Forge")
    found = await tenant.get(LOG, **query)
    assert [entry["action"] for entry in found["items"]] == actions


async def test_a_failed_change_leaves_no_entry(tenant: Tenant) -> None:
    await tenant.make("/api/v1/candidates", email="ada@example.com")
    before = await tenant.get(LOG)
    await tenant.http.post("/api/v1/candidates", json={"email": "ada@example.com"})
    assert await tenant.get(LOG) == before


async def test_the_platform_has_its_own(tenant: Tenant, platform: Caller) -> None:
    log = await platform.get(LOG, limit=200)
    actions = {entry["action"] for entry in log["items"]}
    assert "tenant.created" in actions
    assert "user.created" not in actions


async def test_names_the_request(tenant: Tenant) -> None:
    response = await tenant.http.post(
        "/api/v1/candidates", json={"first_name": "Ada"}, headers={"X-Request-ID": "from-client-1"}
    )
    assert response.headers["X-Request-ID"] == "from-client-1"
    [entry] = (await tenant.get(LOG, action="candidate.created"))["items"]
    assert entry["request_id"] == "from-client-1"
