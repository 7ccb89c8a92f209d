from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from blacklight_api.auth.authenticator import CACHE_TTL, Authenticator
from blacklight_api.auth.scopes import PLATFORM_SCOPES, TENANT_SCOPES, Scope
from blacklight_api.problems import Forbidden, Unauthorized
from blacklight_shared.crypto import ApiKeyToken
from blacklight_shared.database import Database
from blacklight_shared.models import ApiKey, TenantStatus
from blacklight_shared.models import Tenant as TenantRow
from sqlalchemy import event, select, update

from services.api.tests.conftest import Caller, Tenant, WithScopes

CANDIDATES = "/api/v1/candidates"
KEYS = "/api/v1/api-keys"


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def change_key(database: Database, tenant: Tenant, **values: Any) -> None:
    async with database.tenant_session(tenant.tenant_id) as session:
        await session.execute(update(ApiKey).where(ApiKey.id == tenant.api_key_id).values(**values))


async def last_used(database: Database, tenant: Tenant) -> datetime | None:
    async with database.tenant_session(tenant.tenant_id) as session:
        return await session.scalar(
            select(ApiKey.last_used_at).where(ApiKey.id == tenant.api_key_id)
        )


class TestCredentials:
    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            "Bearer",
            "Bearer ",
            "Basic dXNlcjpwYXNz",
            "Bearer nonsense",
        ],
    )
    async def test_bad_ones_are_401(self, anonymous: httpx.AsyncClient, header: str | None) -> None:
        headers = {} if header is None else {"Authorization": header}
        response = await anonymous.get(CANDIDATES, headers=headers)
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"

    async def test_an_unknown_key_is_401(self, anonymous: httpx.AsyncClient) -> None:
        headers = {"Authorization": f"Bearer {ApiKeyToken.generate().text}"}
        assert (await anonymous.get(CANDIDATES, headers=headers)).status_code == 401

    async def test_a_right_id_with_a_wrong_secret_is_401(
        self, anonymous: httpx.AsyncClient, tenant: Tenant, database: Database
    ) -> None:
        stored = await Authenticator(database).authenticate(tenant.key)
        forged = ApiKeyToken.generate()
        await change_key(database, tenant, public_id=forged.public_id)
        headers = {"Authorization": f"Bearer {forged.text}"}
        assert stored.api_key_id == tenant.api_key_id
        assert (await anonymous.get(CANDIDATES, headers=headers)).status_code == 401

    async def test_an_expired_key_is_401(self, tenant: Tenant, database: Database) -> None:
        await change_key(database, tenant, expires_at=datetime.now(UTC) - timedelta(seconds=1))
        authenticator = Authenticator(database)
        with pytest.raises(Unauthorized):
            await authenticator.authenticate(tenant.key)

    async def test_a_suspended_tenant_is_403(self, tenant: Tenant, database: Database) -> None:
        async with database.global_session() as session:
            await session.execute(
                update(TenantRow)
                .where(TenantRow.id == tenant.tenant_id)
                .values(status=TenantStatus.SUSPENDED)
            )
        with pytest.raises(Forbidden):
            await Authenticator(database).authenticate(tenant.key)

    async def test_scopes_of_a_newer_release_grant_nothing(
        self, tenant: Tenant, database: Database
    ) -> None:
        await change_key(database, tenant, scopes=["jobs:read", "time:travel"])
        principal = await Authenticator(database).authenticate(tenant.key)
        assert principal.scopes == {Scope.JOBS_READ}


class TestRevocation:
    async def test_takes_effect_here_at_once(self, tenant: Tenant) -> None:
        response = await tenant.http.delete(f"{KEYS}/{tenant.api_key_id}")
        assert response.status_code == 204
        assert (await tenant.http.get(CANDIDATES)).status_code == 401

    async def test_takes_effect_elsewhere_within_seconds(
        self, tenant: Tenant, database: Database
    ) -> None:
        clock = Clock()
        elsewhere = Authenticator(database, clock)
        await elsewhere.authenticate(tenant.key)
        await tenant.http.delete(f"{KEYS}/{tenant.api_key_id}")
        clock.now += CACHE_TTL.total_seconds() + 0.1
        with pytest.raises(Unauthorized):
            await elsewhere.authenticate(tenant.key)


class TestCosts:
    async def test_a_known_key_costs_no_query(self, tenant: Tenant, database: Database) -> None:
        authenticator = Authenticator(database, Clock())
        await authenticator.authenticate(tenant.key)
        queries: list[str] = []

        def note(*arguments: Any) -> None:
            queries.append(arguments[2])

        listening = (database.system_engine.sync_engine, "before_cursor_execute", note)
        event.listen(*listening)
        try:
            await authenticator.authenticate(tenant.key)
        finally:
            event.remove(*listening)
        assert queries == []

    async def test_use_is_noted_at_most_once_a_minute(
        self, tenant: Tenant, database: Database
    ) -> None:
        await Authenticator(database).authenticate(tenant.key)
        first = await last_used(database, tenant)
        assert first is not None
        await Authenticator(database).authenticate(tenant.key)
        assert await last_used(database, tenant) == first
        await change_key(database, tenant, last_used_at=first - timedelta(seconds=61))
        await Authenticator(database).authenticate(tenant.key)
        again = await last_used(database, tenant)
        assert again is not None
        assert again >= first


class TestScopes:
    async def test_a_missing_one_is_403_and_named(
        self, tenant: Tenant, with_scopes: WithScopes
    ) -> None:
        client = await with_scopes(tenant, [Scope.JOBS_READ])
        assert (await client.get("/api/v1/jobs")).status_code == 200
        refused = await client.get(CANDIDATES)
        assert refused.status_code == 403
        assert "candidates:read" in refused.json()["detail"]

    async def test_reading_does_not_allow_writing(
        self, tenant: Tenant, with_scopes: WithScopes
    ) -> None:
        client = await with_scopes(tenant, [Scope.CANDIDATES_READ])
        assert (await client.post(CANDIDATES, json={"first_name": "A"})).status_code == 403

    async def test_the_platform_acts_for_no_tenant(self, platform: Caller) -> None:
        assert (await platform.http.get("/api/v1/tenants")).status_code == 200
        assert (await platform.http.get(CANDIDATES)).status_code == 403

    async def test_a_tenant_is_not_the_platform(self, tenant: Tenant) -> None:
        assert (await tenant.http.get("/api/v1/tenants")).status_code == 403

    def test_each_belongs_to_someone(self) -> None:
        assert set(Scope) == TENANT_SCOPES | PLATFORM_SCOPES
        assert Scope.TENANTS_ADMIN not in TENANT_SCOPES
