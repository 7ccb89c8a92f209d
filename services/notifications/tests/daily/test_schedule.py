from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from blacklight_notifications.daily.schedule import DueTenant, begin_day, due_tenants
from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.functions import WORKFLOWS
from blacklight_shared.models import DailyJob
from blacklight_shared.workflows import Cron

from services.notifications.tests.world import World

JOB = DailyJob.CHECK_EXPIRING_INVITATIONS
NINE = time(9)

ZONES = [
    ("UTC", "2026-03-04 09:00"),
    ("America/New_York", "2026-03-08 13:00"),  # clocks go forward this night
    ("America/New_York", "2026-11-01 14:00"),  # and back this night
    ("Europe/Berlin", "2026-03-29 07:00"),
    ("Asia/Kathmandu", "2026-03-04 03:15"),  # +05:45
    ("Asia/Kolkata", "2026-03-04 03:30"),
    ("Pacific/Chatham", "2026-03-03 19:15"),  # +13:45 in summer; the day before, in UTC
    ("Australia/Lord_Howe", "2026-04-04 22:30"),  # +10:30, back by half an hour
]


@pytest.mark.parametrize(("zone", "nine"), ZONES)
async def test_nine_by_the_tenants_clock(deps: NotificationDeps, zone: str, nine: str) -> None:
    world = await World.make(deps, time_zone=zone)
    at = datetime.fromisoformat(nine).replace(tzinfo=UTC)
    assert await due(deps, at - timedelta(minutes=15)) == []
    [tenant] = await due(deps, at)
    assert tenant.tenant_id == world.tenant_id


async def test_every_tenant_once_a_day_over_a_change_of_clocks(deps: NotificationDeps) -> None:
    zones = ["America/New_York", "Europe/Berlin", "Pacific/Apia", "Africa/Cairo"]
    worlds = [await World.make(deps, time_zone=zone) for zone in zones]
    start = datetime(2026, 3, 6, tzinfo=UTC)
    done: list[DueTenant] = []
    for quarter in range(4 * 24 * 4):
        for tenant in await due(deps, start + quarter * timedelta(minutes=15)):
            assert await do(deps, tenant)
            done.append(tenant)
    for world in worlds:
        days = [tenant.day for tenant in done if tenant.tenant_id == world.tenant_id]
        assert len(days) == len(set(days)) >= 3
        assert days == [days[0] + timedelta(days=number) for number in range(len(days))]


async def test_a_missed_tick_is_caught_up_on_the_same_day(deps: NotificationDeps) -> None:
    await World.make(deps)
    evening = datetime(2026, 3, 4, 22, tzinfo=UTC)
    [tenant] = await due(deps, evening)
    assert tenant.day == date(2026, 3, 4)
    assert await do(deps, tenant)
    assert not await do(deps, tenant)
    assert await due(deps, evening) == []


async def test_suspended_tenants_rest(deps: NotificationDeps) -> None:
    await World.make(deps, status="suspended")
    assert await due(deps, datetime(2026, 3, 4, 12, tzinfo=UTC)) == []


def test_the_schedule_is_valid() -> None:
    crons = {workflow.id: workflow.triggers for workflow in WORKFLOWS if "send" not in workflow.id}
    for workflow_id in ("check-expiring-invitations", "generate-daily-stats"):
        assert crons[workflow_id] == (Cron("*/15 * * * *"),)


async def due(deps: NotificationDeps, now: datetime) -> list[DueTenant]:
    async with deps.database.system_session() as session:
        return await due_tenants(session, JOB, NINE, now)


async def do(deps: NotificationDeps, tenant: DueTenant) -> bool:
    async with deps.database.tenant_session(tenant.tenant_id) as session:
        return await begin_day(session, JOB, tenant)
