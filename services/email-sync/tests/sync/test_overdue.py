"""The gauge of the inbox that waits longest for its sync."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from blacklight_email_sync.metrics import OVERDUE_SECONDS
from blacklight_email_sync.sync.overdue import measure_overdue
from blacklight_shared.models import IntegrationStatus, PortalUserStatus, TenantStatus
from inbox_world import World

SOON = 0.5
"""Days that the test may take."""


def days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


async def overdue_days(world: World) -> float:
    await measure_overdue(world.deps.database)
    [family] = OVERDUE_SECONDS.collect()
    return family.samples[0].value / 86_400


async def test_is_the_longest_wait_of_all_that_should_be_synced(world: World) -> None:
    for status in IntegrationStatus:
        if status is not IntegrationStatus.ACTIVE:
            await world.inbox(last_synced_at=days_ago(300), status=status)
    suspended = await World.make(world.deps, world.far_side, status=TenantStatus.SUSPENDED)
    await suspended.inbox(last_synced_at=days_ago(300))
    locked_out = await world.user(status=PortalUserStatus.DISABLED)
    await world.inbox(last_synced_at=days_ago(300), user_id=locked_out.id)
    await world.inbox(last_synced_at=datetime.now(UTC))
    assert await overdue_days(world) == 0

    await world.inbox(last_synced_at=days_ago(1))
    await world.inbox(last_synced_at=days_ago(3), sync_frequency_minutes=24 * 60)
    assert await overdue_days(world) == pytest.approx(2, abs=SOON)

    other = await World.make(world.deps, world.far_side)
    await other.inbox(last_synced_at=None, connected_at=days_ago(10))
    assert await overdue_days(world) == pytest.approx(10, abs=SOON)
