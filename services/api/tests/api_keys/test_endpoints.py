from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from blacklight_api.auth.scopes import Scope
from blacklight_shared.database import Database
from blacklight_shared.models import ApiKey
from sqlalchemy import select

from services.api.tests.conftest import Caller, ClientFor, Tenant, WithScopes

KEYS = "/api/v1/api-keys"


async def test_a_key_is_shown_once_and_works(
    tenant: Tenant, client_for: ClientFor, database: Database
) -> None:
    made = await tenant.make(KEYS, name="Feed", scopes=["jobs:read"])
    client = await client_for(made["key"])
    assert (await client.get("/api/v1/jobs")).status_code == 200
    for path in (KEYS, f"{KEYS}/{made['id']}"):
        assert made["key"] not in (await tenant.http.get(path)).text
    async with database.tenant_session(tenant.tenant_id) as session:
        row = (await session.scalars(select(ApiKey).where(ApiKey.id == made["id"]))).one()
    assert made["key"].encode() not in row.secret_hash


async def test_a_key_gives_only_what_it_has(tenant: Tenant, with_scopes: WithScopes) -> None:
    client = await with_scopes(tenant, [Scope.KEYS_ADMIN, Scope.JOBS_READ])
    body: dict[str, Any] = {"name": "x", "scopes": ["jobs:read"]}
    assert (await client.post(KEYS, json=body)).status_code == 201
    body["scopes"] = ["jobs:read", "candidates:read"]
    refused = await client.post(KEYS, json=body)
    assert refused.status_code == 403
    assert "candidates:read" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(["tenants:admin"], 422), ([], 422), (["nonsense"], 422), (["jobs:import"], 201)],
)
async def test_a_tenants_scopes(tenant: Tenant, scopes: list[str], status: int) -> None:
    response = await tenant.http.post(KEYS, json={"name": "x", "scopes": scopes})
    assert response.status_code == status


async def test_the_platform_makes_keys_of_its_own(platform: Caller, client_for: ClientFor) -> None:
    made = await platform.make(KEYS, name="Scraper", scopes=["scraper"])
    refused = await platform.http.post(KEYS, json={"name": "x", "scopes": ["candidates:read"]})
    assert refused.status_code == 422
    assert (await platform.http.delete(f"{KEYS}/{made['id']}")).status_code == 204


@pytest.mark.parametrize(
    "expires_at", [datetime(2020, 1, 1, tzinfo=UTC).isoformat(), "2040-01-01T00:00:00"]
)
async def test_an_expiry_is_ahead_and_has_a_zone(tenant: Tenant, expires_at: str) -> None:
    body = {"name": "x", "scopes": ["jobs:read"], "expires_at": expires_at}
    response = await tenant.http.post(KEYS, json=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "expires_at"


async def test_an_expiry_is_kept(tenant: Tenant) -> None:
    expires_at = datetime.now(UTC) + timedelta(days=1)
    made = await tenant.make(
        KEYS, name="x", scopes=["jobs:read"], expires_at=expires_at.isoformat()
    )
    assert datetime.fromisoformat(made["expires_at"]) == expires_at


async def test_revoking_twice_keeps_the_first_time(tenant: Tenant) -> None:
    made = await tenant.make(KEYS, name="x", scopes=["jobs:read"])
    path = f"{KEYS}/{made['id']}"
    revoked = []
    for _ in range(2):
        assert (await tenant.http.delete(path)).status_code == 204
        revoked.append((await tenant.get(path))["revoked_at"])
    assert revoked[0] == revoked[1] is not None
    log = await tenant.get("/api/v1/audit-log", action="api_key.revoked")
    assert len(log["items"]) == 1
