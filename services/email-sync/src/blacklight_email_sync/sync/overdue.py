"""Whether inboxes are synced as often as they should be."""

from __future__ import annotations

from blacklight_shared.database import Database
from blacklight_shared.models import EmailIntegration
from sqlalchemy import func, select

from blacklight_email_sync.metrics import OVERDUE_SECONDS
from blacklight_email_sync.sync.runs import SYNC_PAUSE, kept_in_sync


async def measure_overdue(database: Database) -> None:
    """Bring the gauge of the inbox that waits longest for its sync up to date, over all tenants."""
    synced_at = func.coalesce(EmailIntegration.last_synced_at, EmailIntegration.connected_at)
    longest = kept_in_sync(
        select(func.extract("epoch", func.now() - func.min(synced_at + SYNC_PAUSE)))
    )
    async with database.system_session() as session:
        overdue_seconds = await session.scalar(longest)
    OVERDUE_SECONDS.set(max(float(overdue_seconds or 0), 0))
