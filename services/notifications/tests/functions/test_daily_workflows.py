from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from blacklight_devstack.engine_testing import WorkerUnderTest
from blacklight_devstack.postgres_roles import DatabaseUrls, connect
from blacklight_shared.models import DailyStats
from psycopg import Connection
from sqlalchemy import select

from services.notifications.tests.world import World


def zone_where_it_is(hour: int) -> str:
    """A time zone whose clock shows this hour now, so that the day's work is due or not."""
    offset = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    # The sign of these names is the other way round (POSIX).
    return f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"


async def test_invitations_are_checked_where_it_is_past_nine(
    worker: WorkerUnderTest, world: World
) -> None:
    due = await World.make(world.deps, time_zone=zone_where_it_is(12))
    early = await World.make(world.deps, time_zone=zone_where_it_is(4))
    for place in (due, early):
        await place.invitation(expires_at=datetime.now(UTC) + timedelta(hours=20))
    for _ in range(2):
        result = await asyncio.to_thread(worker.run_cron, "check-expiring-invitations")
        assert result.status == "Completed", result.output
    assert [name for name, _ in await due.events()] == ["email/invitation-reminder"]
    assert await early.events() == []


async def test_yesterday_is_counted_and_asked_to_be_mailed(
    worker: WorkerUnderTest, world: World
) -> None:
    zone = zone_where_it_is(12)
    due = await World.make(world.deps, time_zone=zone)
    for _ in range(2):
        result = await asyncio.to_thread(worker.run_cron, "generate-daily-stats")
        assert result.status == "Completed", result.output
    yesterday = datetime.now(ZoneInfo(zone)).date() - timedelta(days=1)
    [(name, data)] = await due.events()
    assert (name, data["day"]) == ("email/daily-stats", yesterday.isoformat())
    async with world.deps.database.tenant_session(due.tenant_id) as session:
        assert await session.scalar(select(DailyStats.day)) == yesterday


async def test_one_tenants_trouble_keeps_no_other_waiting(
    worker: WorkerUnderTest, world: World, owner: Connection
) -> None:
    zone = zone_where_it_is(12)
    broken, fine = [await World.make(world.deps, time_zone=zone) for _ in range(2)]
    owner.execute(f"ALTER TABLE daily_stats ADD CHECK (tenant_id <> {broken.tenant_id})")
    result = await asyncio.to_thread(worker.run_cron, "generate-daily-stats")
    assert result.status == "Failed"
    assert len(await fine.events()) == 1
    assert await broken.events() == []

    owner.execute("ALTER TABLE daily_stats DROP CONSTRAINT daily_stats_tenant_id_check")
    await asyncio.to_thread(worker.run_cron, "generate-daily-stats")
    assert len(await fine.events()) == 1
    assert len(await broken.events()) == 1


@pytest.fixture
def owner(database: DatabaseUrls) -> Iterator[Connection]:
    """A connection that may change the schema, to break something."""
    with connect(database.owner) as connection:
        yield connection
