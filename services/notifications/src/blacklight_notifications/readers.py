"""Which people of a tenant get which mail."""

from __future__ import annotations

from blacklight_shared.models import PortalRole, PortalUser, PortalUserStatus
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

MAX_READERS = 200


async def hr_readers(session: AsyncSession) -> list[int]:
    """Ids of the tenant's HR people; of its admins when it has none."""
    return await _active(session, PortalRole.HR) or await _active(session, PortalRole.ADMIN)


async def stats_readers(session: AsyncSession) -> list[int]:
    """Ids of the people who want the figures of each day."""
    rows = await session.scalars(
        select(PortalUser.id)
        .where(PortalUser.wants_daily_stats, PortalUser.status == PortalUserStatus.ACTIVE)
        .order_by(PortalUser.id)
        .limit(MAX_READERS)
    )
    return list(rows)


async def _active(session: AsyncSession, role: PortalRole) -> list[int]:
    rows = await session.scalars(
        select(PortalUser.id)
        .where(PortalUser.role == role, PortalUser.status == PortalUserStatus.ACTIVE)
        .order_by(PortalUser.id)
        .limit(MAX_READERS)
    )
    return list(rows)
