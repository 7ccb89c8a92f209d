"""Deciding about roles in the portal."""

from __future__ import annotations

import uuid

import pytest
from blacklight_shared.models import GlobalRole, RoleStatus, RoleSuggestion
from sqlalchemy import update

from services.api.tests.conftest import Tenant
from services.api.tests.portal.conftest import Browser


@pytest.fixture
async def pending(tenant: Tenant) -> GlobalRole:
    return await _role(tenant, "Lamp Lighter")


@pytest.fixture
async def approved(tenant: Tenant) -> GlobalRole:
    return await _role(tenant, "Electrician", RoleStatus.APPROVED)


async def _role(
    tenant: Tenant, name: str, status: RoleStatus = RoleStatus.PENDING_REVIEW
) -> GlobalRole:
    # Names that mean the same are one role, which another test may have used before.
    answer = await tenant.http.post("/api/v1/roles", json={"name": f"{name} {_word()}"})
    made = answer.json()
    async with tenant.database.global_session() as session:
        await session.execute(
            update(GlobalRole)
            .where(GlobalRole.id == made["id"])
            .values(status=status, merged_into_id=None)
        )
        return await session.get_one(GlobalRole, made["id"])


def _word() -> str:
    # Numbers are no part of a role's name.
    return "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:12])


async def test_a_suggestion_is_merged_into(
    tenant: Tenant, recruiter: Browser, pending: GlobalRole, approved: GlobalRole
) -> None:
    async with tenant.database.global_session() as session:
        session.add(
            RoleSuggestion(role_id=pending.id, suggested_role_id=approved.id, similarity=0.87)
        )
    shown = await recruiter.open("/roles")

    merged = await recruiter.send(f"/roles/{pending.id}/merge", into_role_id=approved.id)

    assert f"{approved.name} (87 % alike)" in shown
    assert merged.status_code == 303
    one = await recruiter.open(f"/roles/{pending.id}")
    assert f'href="/roles/{approved.id}"' in one
    assert "Approve" not in one


async def test_a_role_is_approved_once(recruiter: Browser, pending: GlobalRole) -> None:
    for _twice in range(2):
        assert (await recruiter.send(f"/roles/{pending.id}/approve")).status_code == 303

    assert f'href="/roles/{pending.id}"' not in await recruiter.open("/roles")
    assert "Approved" in await recruiter.open(f"/roles/{pending.id}")


async def test_a_role_is_rejected(recruiter: Browser, pending: GlobalRole) -> None:
    assert (await recruiter.send(f"/roles/{pending.id}/reject")).status_code == 303

    assert "Rejected" in await recruiter.open(f"/roles/{pending.id}")


async def test_another_role_is_found_by_its_name(
    recruiter: Browser, pending: GlobalRole, approved: GlobalRole
) -> None:
    shown = await recruiter.open(f"/roles/{pending.id}?search={approved.name}")

    assert f'name="into_role_id" value="{approved.id}"' in shown


@pytest.mark.parametrize("into", ["", "none", "0"])
async def test_a_merge_needs_a_role(recruiter: Browser, pending: GlobalRole, into: str) -> None:
    refused = await recruiter.send(f"/roles/{pending.id}/merge", into_role_id=into)

    assert refused.status_code == 422
    assert "Choose the role" in refused.text


async def test_a_role_that_others_want_is_left_to_the_operators(
    recruiter: Browser, other_tenant: Tenant, pending: GlobalRole
) -> None:
    await other_tenant.make("/api/v1/candidates", first_name="Ada", preferred_roles=[pending.id])

    assert "the operators of Blacklight decide" in await recruiter.open("/roles")
    assert (await recruiter.send(f"/roles/{pending.id}/approve")).status_code == 403


async def test_hr_reads_roles_and_does_not_decide(hr: Browser, pending: GlobalRole) -> None:
    assert (await hr.http.get("/roles")).status_code == 403
    assert (await hr.send(f"/roles/{pending.id}/approve")).status_code == 403
    assert "/approve" not in await hr.open(f"/roles/{pending.id}")
    assert (await hr.http.get("/roles/999999999")).status_code == 404
