from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from blacklight_notifications.daily.expiring import check_invitations
from blacklight_notifications.deps import NotificationDeps
from blacklight_shared.models import AuditEntry, CandidateInvitation, InvitationStatus
from sqlalchemy import select

from services.notifications.tests.world import World

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
URL = "https://talent.example.com/onboarding"


async def test_reminds_once_in_each_window(deps: NotificationDeps, world: World) -> None:
    invitation = await world.invitation(expires_at=NOW + timedelta(days=6))
    reminders = []
    for day in range(8):
        for _ in range(2):
            await check(world, NOW + timedelta(days=day))
        reminders.append(len(await world.events()))
    assert reminders == [0, 0, 0, 1, 1, 2, 2, 2]
    assert [data["hours_left"] for _, data in await world.events()] == [72, 24]
    name, data = (await world.events())[0]
    assert name == "email/invitation-reminder"
    assert data["invitation_id"] == invitation.id
    assert data["onboarding_url"] == URL


async def test_who_is_late_is_reminded_of_the_last_window_only(world: World) -> None:
    await world.invitation(expires_at=NOW + timedelta(hours=20))
    for _ in range(2):
        await check(world, NOW)
    assert [data["hours_left"] for _, data in await world.events()] == [20]


async def test_a_resent_invitation_is_reminded_of_again(
    deps: NotificationDeps, world: World
) -> None:
    invitation = await world.invitation(expires_at=NOW + timedelta(hours=20))
    await check(world, NOW)
    async with deps.database.tenant_session(world.tenant_id) as session:
        (await session.merge(invitation)).expires_at = NOW + timedelta(days=7)
    await check(world, NOW + timedelta(days=6, hours=1))
    assert len(await world.events()) == 2


@pytest.mark.parametrize("status", ["submitted", "approved", "rejected", "cancelled", "expired"])
async def test_what_is_not_open_is_left_alone(world: World, status: str) -> None:
    invitation = await world.invitation(status=status, expires_at=NOW + timedelta(hours=20))
    await check(world, NOW)
    await check(world, NOW + timedelta(days=2))
    assert await world.events() == []
    assert (await found(world, invitation.id)).status == status


@pytest.mark.parametrize("status", ["sent", "opened", "in_progress"])
async def test_what_has_run_out_is_marked_and_audited(world: World, status: str) -> None:
    invitation = await world.invitation(status=status, expires_at=NOW)
    for _ in range(2):
        await check(world, NOW)
    expired = await found(world, invitation.id)
    assert expired.status == InvitationStatus.EXPIRED
    assert expired.token_sealed is None
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        entries = (await session.scalars(select(AuditEntry))).all()
    assert [(entry.action, entry.changes["from"]) for entry in entries] == [
        ("invitation.expired", status)
    ]


async def test_the_tenant_chooses_the_windows(world: World) -> None:
    await world.configure(reminder_hours=[48])
    await world.invitation(expires_at=NOW + timedelta(hours=70))
    await check(world, NOW)
    assert await world.events() == []
    await check(world, NOW + timedelta(days=1))
    assert len(await world.events()) == 1


async def test_or_none(world: World) -> None:
    await world.configure(reminder_hours=[])
    await world.invitation(expires_at=NOW + timedelta(hours=1))
    await check(world, NOW)
    assert await world.events() == []


async def check(world: World, now: datetime) -> None:
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        await check_invitations(session, world.tenant_id, now, URL)


async def found(world: World, invitation_id: int) -> Any:
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        return await session.get_one(CandidateInvitation, invitation_id)
