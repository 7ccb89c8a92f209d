"""Fixtures of the gateway's tests: the app on a real database, and callers with keys."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from blacklight_api.auth.scopes import Scope
from blacklight_api.bootstrap import KeyWishes, bootstrap
from blacklight_api.gateway import Gateway
from blacklight_api.settings import ApiSettings
from blacklight_api.tenants.schemas import TenantCreate
from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes, emulated_mailboxes
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared import passwords
from blacklight_shared.database import Database
from blacklight_shared.models import OutboxEvent
from blacklight_shared.settings import Environment
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import select

from services.api.tests.operations import app_without_database


@dataclass(frozen=True)
class Caller:
    """A key and an HTTP client that uses it."""

    http: httpx.AsyncClient
    key: str
    tenant_id: int | None

    async def make(self, path: str, **body: Any) -> dict[str, Any]:
        """POST a body and give what was created."""
        response = await self.http.post(path, json=body)
        assert response.status_code == 201, response.text
        created: dict[str, Any] = response.json()
        return created

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        """GET something that must be there."""
        response = await self.http.get(path, params=query)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()
        return found


@dataclass(frozen=True)
class Tenant(Caller):
    """A caller with all scopes of a tenant."""

    tenant_id: int
    api_key_id: int
    admin_user_id: int
    database: Database

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Names and data of the events that the tenant's outbox holds, in order."""
        async with self.database.tenant_session(self.tenant_id) as session:
            rows = await session.execute(
                select(OutboxEvent.name, OutboxEvent.data).order_by(OutboxEvent.sequence)
            )
            return [(row.name, row.data) for row in rows]


MakeTenant = Callable[[], Awaitable[Tenant]]
ClientFor = Callable[[str | None], Awaitable[httpx.AsyncClient]]
WithScopes = Callable[[Caller, Sequence[Scope]], Awaitable[httpx.AsyncClient]]


def settings_for(urls: DatabaseUrls) -> ApiSettings:
    """Settings of a gateway on this database, without a relay."""
    return ApiSettings(
        env=Environment.TEST,
        database_url=SecretStr(urls.app),
        system_database_url=SecretStr(urls.system),
        log_level="ERROR",
        relay_enabled=False,
    )


@pytest.fixture(scope="session")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedMailboxes]:
    """Google and Microsoft, both serving."""
    with emulated_mailboxes(tmp_path_factory.mktemp("certificates")) as both:
        yield both


@pytest.fixture(scope="module", autouse=True)
def cheap_passwords() -> Iterator[None]:
    """Hashing takes 64 MiB and tens of milliseconds on purpose; here it is done very often."""
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_hasher", cheap)
        yield


@pytest.fixture(scope="module")
def settings(module_database: DatabaseUrls) -> ApiSettings:
    return settings_for(module_database)


@pytest.fixture
async def app(
    settings: ApiSettings, module_database: DatabaseUrls, kept_engines: KeptEngines
) -> AsyncIterator[FastAPI]:
    """Routes are costly to make; what they share between requests is fresh for each test."""
    gateway = Gateway.from_settings(settings, kept_engines.use(module_database))
    shared_app = app_without_database()
    shared_app.state.gateway = gateway
    yield shared_app
    await gateway.database.close()


@pytest.fixture
def database(app: FastAPI) -> Database:
    found = app.state.gateway.database
    assert isinstance(found, Database)
    return found


@pytest.fixture
async def client_for(app: FastAPI) -> AsyncIterator[ClientFor]:
    """Makes an HTTP client that sends a key, or none."""
    async with AsyncExitStack() as clients:

        async def make(key: str | None) -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app), base_url="http://gateway", headers=headers
            )
            return await clients.enter_async_context(client)

        yield make


@pytest.fixture
async def anonymous(client_for: ClientFor) -> httpx.AsyncClient:
    return await client_for(None)


@pytest.fixture
def make_tenant(database: Database, client_for: ClientFor) -> MakeTenant:
    """Makes a tenant with a key that has all its scopes."""

    async def make() -> Tenant:
        slug = f"t-{uuid.uuid4().hex[:12]}"
        wanted = TenantCreate(name=slug, slug=slug, admin_email=f"admin@{slug}.example.com")
        made = await bootstrap(database, wanted, KeyWishes())
        assert made.api_key is not None
        http = await client_for(made.api_key)
        [key] = (await http.get("/api/v1/api-keys")).json()["items"]
        return Tenant(
            http=http,
            key=made.api_key,
            tenant_id=made.tenant_id,
            api_key_id=key["id"],
            admin_user_id=made.admin_user_id,
            database=database,
        )

    return make


@pytest.fixture
async def tenant(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant()


@pytest.fixture
async def other_tenant(make_tenant: MakeTenant) -> Tenant:
    return await make_tenant()


@pytest.fixture
async def platform(database: Database, client_for: ClientFor) -> Caller:
    """A caller with a key of the platform."""
    wanted = TenantCreate(name="Platform", slug="platform", admin_email="ops@example.com")
    made = await bootstrap(database, wanted, KeyWishes(tenant=False, platform=True, rotate=True))
    assert made.platform_api_key is not None
    client = await client_for(made.platform_api_key)
    return Caller(http=client, key=made.platform_api_key, tenant_id=None)


@pytest.fixture
def with_scopes(client_for: ClientFor) -> WithScopes:
    """Makes a client whose key has only some of a caller's scopes."""

    async def make(caller: Caller, scopes: Sequence[Scope]) -> httpx.AsyncClient:
        made = await caller.make("/api/v1/api-keys", name="narrow", scopes=list(scopes))
        return await client_for(made["key"])

    return make
