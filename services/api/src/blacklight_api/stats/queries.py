"""Queries about daily figures; sessions see one tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from blacklight_shared.models import DailyStats
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


async def find_day(session: AsyncSession, day: date) -> DailyStats | None:
    """The figures of one day."""
    return await session.scalar(select(DailyStats).where(DailyStats.day == day))


async def list_days(
    session: AsyncSession,
    *,
    since: date | None,
    until: date | None,
    before: date | None,
    limit: int,
) -> Sequence[DailyStats]:
    """Figures by day, the newest first.

    Args:
        session: A session of the tenant.
        since: The first day wanted.
        until: The last day wanted.
        before: The last day of the page before.
        limit: How many.
    """
    query = select(DailyStats)
    if since is not None:
        query = query.where(DailyStats.day >= since)
    if until is not None:
        query = query.where(DailyStats.day <= until)
    if before is not None:
        query = query.where(DailyStats.day < before)
    return (await session.scalars(query.order_by(DailyStats.day.desc()).limit(limit))).all()
