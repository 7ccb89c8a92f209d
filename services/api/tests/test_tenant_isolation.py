"""No key reaches another tenant's objects, through any endpoint.

The operations come from the OpenAPI document, so a new endpoint is covered by itself; one that
takes a new kind of object fails here until ``add_objects_of_every_kind`` makes one.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import pytest
from blacklight_api.bootstrap import KeyWishes, bootstrap
from blacklight_api.tenants.schemas import TenantCreate
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database

from services.api.tests.conftest import Tenant, settings_for
from services.api.tests.factories import (
    add_candidate,
    add_document,
    add_key,
    add_objects_of_every_kind,
)
from services.api.tests.operations import Operation, api_operations

OPERATIONS = api_operations()
ON_OBJECTS = [operation for operation in OPERATIONS if operation.parameters]
LISTS = [
    operation for operation in OPERATIONS if not operation.parameters and operation.method == "get"
]

SHARED_BY_ALL_TENANTS = frozenset({"role_id"})
OF_THE_PLATFORM = "/api/v1/tenants"
"""Answers 403 to the keys of tenants, whatever the id."""


@dataclass(frozen=True)
class Others:
    """Another tenant's objects, which the tests must not reach."""

    ids: dict[str, object]
    marker: str


@pytest.fixture(scope="module")
def others(module_database: DatabaseUrls) -> Others:
    """Made once: a test that changes them has failed anyway."""
    return asyncio.run(_add_others(module_database))


@pytest.mark.parametrize("operation", ON_OBJECTS, ids=str)
async def test_objects_of_others_do_not_exist(
    operation: Operation, tenant: Tenant, others: Others
) -> None:
    response = await _send(operation, tenant.http, others.ids)
    if operation.path.startswith(OF_THE_PLATFORM):
        assert response.status_code == 403
    elif not set(operation.parameters) <= SHARED_BY_ALL_TENANTS:
        assert response.status_code == 404, response.text
        assert response.headers["Content-Type"] == "application/problem+json"
    assert others.marker not in response.text


@pytest.mark.parametrize("operation", ON_OBJECTS, ids=str)
async def test_their_owner_reaches_them(
    operation: Operation, tenant: Tenant, database: Database
) -> None:
    if operation.path.startswith(OF_THE_PLATFORM):
        return
    ids = await add_objects_of_every_kind(
        database, tenant.tenant_id, tenant.api_key_id, uuid.uuid4().hex
    )
    response = await _send(operation, tenant.http, ids)
    assert response.status_code < 300 or response.status_code == 409, response.text


@pytest.mark.parametrize("operation", LISTS, ids=str)
async def test_lists_hold_nothing_of_others(
    operation: Operation, tenant: Tenant, others: Others
) -> None:
    response = await tenant.http.get(operation.path)
    assert response.status_code == (403 if operation.path == OF_THE_PLATFORM else 200)
    assert others.marker not in response.text


async def test_an_own_document_of_another_candidate_does_not_exist(
    tenant: Tenant, database: Database
) -> None:
    async with database.tenant_session(tenant.tenant_id) as session:
        candidate = await add_candidate(session, tenant.tenant_id)
        document = await add_document(session, await add_candidate(session, tenant.tenant_id))
    path = f"/api/v1/candidates/{candidate.id}/documents/{document.id}"
    assert (await tenant.http.get(path)).status_code == 404


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_nothing_is_given_without_a_key(
    operation: Operation, anonymous: httpx.AsyncClient
) -> None:
    response = await _send(operation, anonymous, dict.fromkeys(operation.parameters, 1))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def _add_others(urls: DatabaseUrls) -> Others:
    database, marker = Database.from_settings(settings_for(urls)), uuid.uuid4().hex
    wanted = TenantCreate(name=marker, slug=marker, admin_email=f"{marker}@example.com")
    made = await bootstrap(database, wanted, KeyWishes())
    async with database.tenant_session(made.tenant_id) as session:
        api_key = await add_key(session, made.tenant_id)
    ids = await add_objects_of_every_kind(database, made.tenant_id, api_key.id, marker)
    await database.close()
    return Others(ids, marker)


async def _send(
    operation: Operation, client: httpx.AsyncClient, ids: Mapping[str, object]
) -> httpx.Response:
    return await client.request(operation.method, operation.url(ids), **operation.request())
