from __future__ import annotations

from typing import Any

import pytest
from blacklight_shared.database import Database
from blacklight_shared.models import PortalUser
from blacklight_shared.passwords import verify_password

from services.api.tests.conftest import Tenant

USERS = "/api/v1/users"
PERSON = {"email": "sam@example.com", "full_name": "Sam Rivera", "role": "recruiter"}


async def password_hash(database: Database, tenant: Tenant, user_id: int) -> str | None:
    async with database.tenant_session(tenant.tenant_id) as session:
        return (await session.get_one(PortalUser, user_id)).password_hash


async def test_a_password_is_kept_as_a_hash(tenant: Tenant, database: Database) -> None:
    password = "correct horse battery"
    response = await tenant.http.post(USERS, json={**PERSON, "password": password})
    assert response.status_code == 201
    assert password not in response.text
    made = response.json()
    stored = await password_hash(database, tenant, made["id"])
    assert made["has_password"]
    assert stored is not None
    assert stored.startswith("$argon2id$")
    assert verify_password(password, stored)


async def test_a_password_can_be_taken_away(tenant: Tenant) -> None:
    made = await tenant.make(USERS, **PERSON, password="correct horse battery")
    changed = await tenant.http.patch(f"{USERS}/{made['id']}", json={"password": None})
    assert changed.json()["has_password"] is False
    log = await tenant.get("/api/v1/audit-log", action="user.updated")
    assert log["items"][0]["changes"] == {"fields": ["password_hash"]}


async def test_an_address_is_taken_once_in_a_tenant(tenant: Tenant, other_tenant: Tenant) -> None:
    await tenant.make(USERS, **PERSON)
    response = await tenant.http.post(USERS, json={**PERSON, "email": "SAM@example.com"})
    assert response.status_code == 409
    assert response.json()["errors"][0]["field"] == "email"
    await other_tenant.make(USERS, **PERSON)


@pytest.mark.parametrize("patch", [{"status": "disabled"}, {"role": "hr"}])
async def test_the_last_admin_stays(tenant: Tenant, patch: dict[str, str]) -> None:
    path = f"{USERS}/{tenant.admin_user_id}"
    assert (await tenant.http.patch(path, json=patch)).status_code == 409
    other = await tenant.make(USERS, **{**PERSON, "role": "admin"})
    assert (await tenant.http.patch(path, json=patch)).status_code == 200
    assert (await tenant.http.patch(f"{USERS}/{other['id']}", json=patch)).status_code == 409


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"role": "king"}, "role"),
        ({"password": "short"}, "password"),
        ({"full_name": ""}, "full_name"),
    ],
)
async def test_is_refused_by_name(tenant: Tenant, fields: dict[str, Any], field: str) -> None:
    response = await tenant.http.post(USERS, json={**PERSON, **fields})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"role": "recruiter"}, {"sam@example.com", "kim@example.com"}),
        ({"status": "disabled"}, {"kim@example.com"}),
    ],
)
async def test_lists_are_filtered(
    tenant: Tenant, query: dict[str, str], expected: set[str]
) -> None:
    await tenant.make(USERS, **PERSON)
    kim = await tenant.make(USERS, **{**PERSON, "email": "kim@example.com"})
    await tenant.http.patch(f"{USERS}/{kim['id']}", json={"status": "disabled"})
    found = await tenant.get(USERS, **query)
    assert {item["email"] for item in found["items"]} == expected
