"""A month that the firm has behind it, for the charts of the dashboard."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta

from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database
from blacklight_shared.models import DailyStats
from blacklight_shared.settings import Settings

DAYS = 30
_SEED = 30


async def add_history(urls: DatabaseUrls, tenant_id: int) -> None:
    """Add the daily figures of the last month, as the nightly summary would have.

    Args:
        urls: Of the system's database; days of the past cannot be made through the front door.
        tenant_id: The firm.
    """
    database = Database.from_settings(
        Settings.model_validate({"database_url": urls.app, "system_database_url": urls.system})
    )
    chance = random.Random(_SEED)  # noqa: S311 -- the same month each time
    midnight = datetime.combine(datetime.now(UTC).date(), time(), UTC)
    async with database.tenant_session(tenant_id) as session:
        session.add_all(
            _day(tenant_id, midnight - timedelta(days=ago), chance) for ago in range(1, DAYS + 1)
        )
    await database.close()


def _day(tenant_id: int, start: datetime, chance: random.Random) -> DailyStats:
    """A day's figures; little happens at weekends."""
    pace = 0.2 if start.weekday() >= 5 else 1.0

    def about(most: int) -> int:
        return round(pace * chance.uniform(0.4, 1.0) * most)

    invited, matches = about(6), about(60)
    return DailyStats(
        tenant_id=tenant_id,
        day=start.date(),
        starts_at=start,
        ends_at=start + timedelta(days=1),
        new_candidates=about(5),
        invitations_sent=invited,
        invitations_opened=round(0.8 * invited),
        invitations_submitted=round(0.6 * invited),
        approvals=round(0.5 * invited),
        rejections=round(0.1 * invited),
        jobs_imported={"careers-site": about(40), "spring-fair": about(12), "inbox": about(9)},
        inbox_jobs=about(9),
        matches_created=matches,
        matches_recommended=round(0.4 * matches),
        mails_sent=2 * invited,
        mails_failed=0,
    )
