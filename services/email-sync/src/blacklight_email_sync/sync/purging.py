"""Erasing what mails said, once it has been kept long enough."""

from __future__ import annotations

from datetime import datetime

from blacklight_shared.models import EmailMessage
from sqlalchemy import select, update
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

MAILS_PER_TRANSACTION = 500


async def purge_mails(session: AsyncSession, at: datetime) -> int:
    """Erase text, subject and sender of mails whose time has come; their result stays.

    Args:
        session: A session of the tenant.
        at: Now.

    Returns:
        How many were erased; less than ``MAILS_PER_TRANSACTION`` when none is left.
    """
    due = (
        select(EmailMessage.id)
        .where(EmailMessage.purge_after <= at, EmailMessage.raw_sealed.is_not(None))
        .order_by(EmailMessage.id)
        .limit(MAILS_PER_TRANSACTION)
        .with_for_update(skip_locked=True)
    )
    purged = await session.execute(
        update(EmailMessage)
        .where(EmailMessage.id.in_(due))
        .values(raw_sealed=None, sender=None, subject=None)
        .execution_options(synchronize_session=False)
    )
    return purged.rowcount if isinstance(purged, CursorResult) else 0
