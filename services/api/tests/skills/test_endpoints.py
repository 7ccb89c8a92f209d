from __future__ import annotations

from typing import Any

import pytest

from services.api.tests.conftest import Tenant

SKILLS = "/api/v1/skills"


async def test_an_added_skill_is_listed(tenant: Tenant) -> None:
    made = await tenant.make(SKILLS, name="Acme Forge", aliases=["AcmeForge 2"])
    assert made["id"] >= 1_000_000
    assert (await tenant.get(SKILLS))["items"] == [made]


async def test_tenants_add_the_same_without_noticing(tenant: Tenant, other_tenant: Tenant) -> None:
    await tenant.make(SKILLS, name="Acme Forge")
    await other_tenant.make(SKILLS, name="Acme Forge")


@pytest.mark.parametrize(
    ("body", "field", "owner"),
    [
        ({"name": "Python"}, "name", "Python"),
        ({"name": "ECMAScript"}, "name", "JavaScript"),
        ({"name": "Something New", "aliases": ["x1 new", "JS"]}, "aliases.1", "JavaScript"),
        ({"name": "acme forge"}, "name", "Acme Forge"),
    ],
)
async def test_a_spelling_belongs_to_one_skill(
    tenant: Tenant, body: dict[str, Any], field: str, owner: str
) -> None:
    await tenant.make(SKILLS, name="Acme Forge")
    response = await tenant.http.post(SKILLS, json=body)
    assert response.status_code == 409
    [error] = response.json()["errors"]
    assert error["field"] == field
    assert owner in error["message"]


async def test_a_name_without_letters_is_422(tenant: Tenant) -> None:
    assert (await tenant.http.post(SKILLS, json={"name": "?!"})).status_code == 422
