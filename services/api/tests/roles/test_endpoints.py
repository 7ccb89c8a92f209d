from __future__ import annotations

from blacklight_shared.database import Database
from blacklight_shared.models import AliasSource, RoleAlias, RoleStatus

from services.api.tests.conftest import Caller, Tenant
from services.api.tests.factories import add_role

ROLES = "/api/v1/roles"


async def test_a_proposal_is_pending_and_made_once(tenant: Tenant) -> None:
    first = await tenant.http.post(ROLES, json={"name": "Kelp Farm Diver"})
    again = await tenant.http.post(ROLES, json={"name": "kelp farm  DIVER"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["status"] == "pending_review"
    log = await tenant.get("/api/v1/audit-log", action="role.proposed")
    assert [entry["entity_id"] for entry in log["items"]] == [str(first.json()["id"])]


async def test_a_proposal_of_no_word_is_422(tenant: Tenant) -> None:
    response = await tenant.http.post(ROLES, json={"name": "?!"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "name"


async def test_an_alias_gives_the_role_it_means(tenant: Tenant, database: Database) -> None:
    async with database.global_session() as session:
        role = await add_role(session, "Oyster Bed Keeper")
        session.add(
            RoleAlias(
                role_id=role.id,
                alias="Oyster Warden",
                normalized_alias="oyster warden",
                source=AliasSource.PERSON,
            )
        )
    found = await tenant.http.post(ROLES, json={"name": "Oyster Warden"})
    assert (found.status_code, found.json()["id"]) == (200, role.id)
    aliases = await tenant.get(f"{ROLES}/{role.id}/aliases")
    assert [(item["alias"], item["source"]) for item in aliases["items"]] == [
        ("Oyster Warden", "person")
    ]
    searched = await tenant.get(ROLES, search="oys ward")
    assert [item["id"] for item in searched["items"]] == [role.id]


async def test_lists_by_status(tenant: Tenant, platform: Caller, database: Database) -> None:
    async with database.global_session() as session:
        rejected = await add_role(session, status=RoleStatus.REJECTED)
    for caller in (tenant, platform):
        found = await caller.get(ROLES, status="rejected")
        assert rejected.id in {item["id"] for item in found["items"]}
        assert {item["status"] for item in found["items"]} == {"rejected"}


async def test_what_does_not_exist_is_404(tenant: Tenant) -> None:
    for path in (f"{ROLES}/{2**40}", f"{ROLES}/{2**40}/aliases"):
        assert (await tenant.http.get(path)).status_code == 404
