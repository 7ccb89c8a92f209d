from __future__ import annotations

from typing import Any

import pytest
from blacklight_shared.database import Database
from blacklight_shared.models import (
    CandidatePreferredRole,
    GlobalRole,
    OutboxEvent,
    RoleStatus,
    RoleSuggestion,
)
from sqlalchemy import select

from services.api.tests.conftest import Caller, Tenant, WithScopes
from services.api.tests.factories import add_candidate, add_job, add_role

ROLES = "/api/v1/roles"


async def role(database: Database, status: RoleStatus = RoleStatus.PENDING_REVIEW) -> int:
    async with database.global_session() as session:
        return (await add_role(session, status=status)).id


async def candidate_who_wants(tenant: Tenant, role_id: int) -> int:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        candidate = await add_candidate(session, tenant.tenant_id)
        session.add(
            CandidatePreferredRole(
                candidate_id=candidate.id, role_id=role_id, tenant_id=tenant.tenant_id
            )
        )
        return candidate.id


async def decide(caller: Caller, role_id: int, decision: str, **body: Any) -> int:
    response = await caller.http.post(f"{ROLES}/{role_id}/{decision}", json=body or None)
    return response.status_code


async def decisions_of(tenant: Tenant) -> list[dict[str, Any]]:
    return [data for name, data in await tenant.events() if name == "role/reviewed"]


async def pending(caller: Caller, role_id: int) -> dict[str, Any]:
    listed = await caller.get(f"{ROLES}/pending", limit=200)
    [found] = [item for item in listed["items"] if item["id"] == role_id]
    return dict(found)


class TestPendingRoles:
    async def test_are_listed_with_what_they_resemble(
        self, tenant: Tenant, other_tenant: Tenant, platform: Caller, database: Database
    ) -> None:
        approved = [await role(database, RoleStatus.APPROVED) for _ in range(7)]
        rejected = await role(database, RoleStatus.REJECTED)
        wanted = await role(database)
        similarities = [0.5, 0.9, 0.6, 0.55, 0.7, 0.45, 0.8, 0.95]
        async with database.global_session() as session:
            session.add_all(
                RoleSuggestion(role_id=wanted, suggested_role_id=one, similarity=similarity)
                for one, similarity in zip([*approved, rejected], similarities, strict=True)
            )
            await add_job(session, role_id=wanted)
            await add_job(session, role_id=wanted, status="expired")
        await candidate_who_wants(tenant, wanted)

        shown = await pending(tenant, wanted)

        assert [one["id"] for one in shown["suggestions"]] == [
            approved[number] for number in (1, 6, 4, 2, 3)
        ]
        assert shown["suggestions"][0]["similarity"] == pytest.approx(0.9)
        assert (shown["postings"], shown["candidates"], shown["can_review"]) == (1, 1, True)
        others = await pending(other_tenant, wanted)
        assert (others["candidates"], others["can_review"]) == (0, False)
        everyone = await pending(platform, wanted)
        assert (everyone["candidates"], everyone["can_review"]) == (1, True)

    async def test_come_in_pages(self, tenant: Tenant, database: Database) -> None:
        newest = [await role(database) for _ in range(3)][::-1]
        first = await tenant.get(f"{ROLES}/pending", limit=2)
        second = await tenant.get(f"{ROLES}/pending", limit=1, cursor=first["next_cursor"])
        assert [item["id"] for item in first["items"] + second["items"]] == newest


class TestDecisions:
    async def test_approving_and_rejecting_announce_and_are_recorded_once(
        self, tenant: Tenant, database: Database
    ) -> None:
        good, bad, similar = [await role(database) for _ in range(3)]
        async with database.global_session() as session:
            session.add(RoleSuggestion(role_id=good, suggested_role_id=similar, similarity=0.5))
        for _ in range(2):
            approved = await tenant.http.post(f"{ROLES}/{good}/approve")
            rejected = await tenant.http.post(f"{ROLES}/{bad}/reject")
            assert (approved.status_code, rejected.status_code) == (200, 200)

        assert (approved.json()["status"], rejected.json()["status"]) == ("approved", "rejected")
        assert await decisions_of(tenant) == [
            {"role_id": good, "decision": "approved"},
            {"role_id": bad, "decision": "rejected"},
        ]
        for action, role_id in (("role.approved", good), ("role.rejected", bad)):
            log = await tenant.get("/api/v1/audit-log", action=action)
            assert [entry["entity_id"] for entry in log["items"]] == [str(role_id)]
        async with database.global_session() as session:
            left = await session.scalar(
                select(RoleSuggestion.role_id).where(RoleSuggestion.role_id == good)
            )
        assert left is None

    async def test_a_rejection_can_be_taken_back_by_the_platform(
        self, platform: Caller, database: Database
    ) -> None:
        role_id = await role(database, RoleStatus.REJECTED)
        assert await decide(platform, role_id, "approve") == 200
        async with database.global_session() as session:
            data = await session.scalars(
                select(OutboxEvent.data).where(OutboxEvent.name == "role/reviewed")
            )
            assert {"role_id": role_id, "decision": "reinstated"} in data.all()

    async def test_a_merge_makes_the_name_another_name(
        self, tenant: Tenant, database: Database
    ) -> None:
        async with database.global_session() as session:
            source = (
                await add_role(session, "Kelp Reef Diver", status=RoleStatus.PENDING_REVIEW)
            ).id
        target = await role(database, RoleStatus.APPROVED)
        merge = {"into_role_id": target}
        for _ in range(2):
            merged = await tenant.http.post(f"{ROLES}/{source}/merge", json=merge)
            assert merged.status_code == 200
            assert (merged.json()["status"], merged.json()["merged_into_id"]) == ("merged", target)

        assert await decisions_of(tenant) == [{"role_id": source, "decision": "merged"}]
        aliases = (await tenant.get(f"{ROLES}/{target}/aliases"))["items"]
        assert [(alias["alias"], alias["source"]) for alias in aliases] == [
            ("Kelp Reef Diver", "person")
        ]
        proposed = await tenant.http.post(ROLES, json={"name": "Kelp Reef Diver"})
        assert (proposed.status_code, proposed.json()["id"]) == (200, target)
        for decision in ("approve", "reject"):
            assert await decide(tenant, source, decision) == 409

    @pytest.mark.parametrize("status", [RoleStatus.PENDING_REVIEW, RoleStatus.REJECTED, None])
    async def test_a_merge_goes_into_an_approved_role(
        self, tenant: Tenant, database: Database, status: RoleStatus | None
    ) -> None:
        source = await role(database)
        target = 2**40 if status is None else await role(database, status)
        response = await tenant.http.post(f"{ROLES}/{source}/merge", json={"into_role_id": target})
        assert response.status_code == 409
        assert response.json()["errors"][0]["field"] == "into_role_id"
        assert await decisions_of(tenant) == []

    async def test_a_role_is_not_merged_into_itself(
        self, platform: Caller, database: Database
    ) -> None:
        role_id = await role(database, RoleStatus.APPROVED)
        assert await decide(platform, role_id, "merge", into_role_id=role_id) == 409


class TestWhoDecides:
    @pytest.mark.parametrize("decision", ["approve", "reject", "merge"])
    async def test_roles_that_others_want_are_the_platform_s(
        self,
        tenant: Tenant,
        other_tenant: Tenant,
        platform: Caller,
        database: Database,
        decision: str,
    ) -> None:
        role_id = await role(database)
        target = await role(database, RoleStatus.APPROVED)
        await candidate_who_wants(other_tenant, role_id)
        body = {"into_role_id": target} if decision == "merge" else {}

        assert await decide(tenant, role_id, decision, **body) == 403
        async with database.global_session() as session:
            assert (await session.get_one(GlobalRole, role_id)).status == "pending_review"
        assert await decide(platform, role_id, decision, **body) == 200

    async def test_approved_roles_are_the_platform_s(
        self, tenant: Tenant, platform: Caller, database: Database
    ) -> None:
        role_id, target = [await role(database, RoleStatus.APPROVED) for _ in range(2)]
        assert await decide(tenant, role_id, "reject") == 403
        assert await decide(tenant, role_id, "merge", into_role_id=target) == 403
        assert await decide(platform, role_id, "merge", into_role_id=target) == 200

    async def test_only_with_the_scope(self, tenant: Tenant, with_scopes: WithScopes) -> None:
        reader = await with_scopes(tenant, ["roles:read", "roles:write"])  # type: ignore[list-item]
        assert (await reader.get(f"{ROLES}/pending")).status_code == 403
