"""Whether inboxes are synced as often as they should be."""

from __future__ import annotations

from blacklight_shared.database import Database
from blacklight_shared.models import (
    EmailIntegration,
    IntegrationStatus,
    PortalUser,
    PortalUserStatus,
    Tenant,
    TenantStatus,
)
from sqlalchemy import func, select

from blacklight_email_sync.metrics import OVERDUE_SECONDS


async def measure_overdue(database: Database) -> None:
    """Bring the gauge of the inbox that waits longest for its sync up to date, over all tenants."""
    pause = func.make_interval(0, 0, 0, 0, 0, EmailIntegration.sync_frequency_minutes)
    synced_at = func.coalesce(EmailIntegration.last_synced_at, EmailIntegration.connected_at)
    longest = (
        select(func.extract("epoch", func.now() - func.min(synced_at + pause)))
        .join(PortalUser, PortalUser.id == EmailIntegration.user_id)
        .join(Tenant, Tenant.id == EmailIntegration.tenant_id)
        .where(
            EmailIntegration.status == IntegrationStatus.ACTIVE,
            PortalUser.status == PortalUserStatus.ACTIVE,
            Tenant.status == TenantStatus.ACTIVE,
        )
    )
    async with database.system_session() as session:
        overdue_seconds = await session.scalar(longest)
    OVERDUE_SECONDS.set(max(float(overdue_seconds or 0), 0))
