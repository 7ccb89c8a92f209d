"""Owing the engine again what it has lost, or what it would not take.

Every event keeps its id. An engine that still knows it drops it, within the day for which Inngest
remembers ids; a workflow that runs again gives the same state.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, update
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
    owed = await session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.sent_at >= since)
        .values(sent_at=None, attempts=0, available_at=func.now())
        .returning(OutboxEvent.sequence)
    )
    return len(owed.all())


async def resend_dead(session: AsyncSession) -> int:
    """Owe again what was set aside after too many refusals, with all attempts before it.

    Args:
        session: A system session.

    Returns:
        How many events.
    """
    return len(await revive_dead(session))


async def revive_dead(
    session: AsyncSession, event_id: uuid.UUID | None = None
) -> Sequence[tuple[uuid.UUID, str]]:
    """The same, for all dead events that the session sees, or one of them.

    Args:
        session: Of the system, or of the tenant whose events are meant.
        event_id: The only one; None: all.

    Returns:
        Ids and names.
    """
    revived = (
        update(OutboxEvent)
        .where(OutboxEvent.dead_at.is_not(None))
        .values(dead_at=None, attempts=0, available_at=func.now())
        .returning(OutboxEvent.id, OutboxEvent.name)
    )
    if event_id is not None:
        revived = revived.where(OutboxEvent.id == event_id)
    return [(row.id, row.name) for row in await session.execute(revived)]
