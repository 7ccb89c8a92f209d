"""Owing the engine again what it has lost, or what it would not take.

Every event keeps its id. An engine that still knows it drops it, within the day for which Inngest
remembers ids; a workflow that runs again gives the same state.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.models import OutboxEvent


async def resend_since(session: AsyncSession, since: datetime) -> int:
    """Owe again what was sent at this moment or later; what is older than a week is gone.

    Args:
        session: A system session.
        since: With a time zone.

    Returns:
        How many events.
    """
    return await _owe_again(session, OutboxEvent.sent_at >= since)


async def resend_dead(session: AsyncSession) -> int:
    """Owe again what was set aside after too many refusals, with all attempts before it.

    Args:
        session: A system session.

    Returns:
        How many events.
    """
    return await _owe_again(session, OutboxEvent.dead_at.is_not(None))


async def _owe_again(session: AsyncSession, which: ColumnElement[bool]) -> int:
    owed = await session.execute(
        update(OutboxEvent)
        .where(which)
        .values(sent_at=None, dead_at=None, attempts=0, available_at=func.now())
        .returning(OutboxEvent.sequence)
    )
    return len(owed.all())
