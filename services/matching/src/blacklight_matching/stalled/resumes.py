"""CVs that nobody has finished reading: found across tenants, read again tenant by tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from blacklight_shared.events import Event, InvitationResumeUploaded, ResumeUploaded
from blacklight_shared.models import (
    IS_UNREAD,
    PENDING_INVITATION_STATUSES,
    ExtractionStatus,
)
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.stalled.limits import CANDIDATE_PATIENCE, MAX_RESUMPTIONS

UNREAD = (
    f"reading the document was begun {1 + MAX_RESUMPTIONS} times and never finished;"
    " upload it again later"
)


class Owner(StrEnum):
    """Whose CVs; the name that its table and its subject of events begin with."""

    CANDIDATE = "candidate"
    INVITATION = "invitation"


@dataclass(frozen=True, slots=True)
class UnreadResume:
    """A CV that was uploaded long ago and is still to be read.

    Attributes:
        document_id: Id of the document.
        tenant_id: The owner's tenant.
    """

    document_id: int
    tenant_id: int


async def unread_resumes(
    session: AsyncSession, owner: Owner, at: datetime, *, limit: int
) -> list[UnreadResume]:
    """Find CVs that are unread for long, the oldest first.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        owner: Whose.
        at: Now.
        limit: How many at most.
    """
    query = text(
        f"""
        SELECT document.id, document.tenant_id
        FROM {owner}_documents AS document
        JOIN {_WANTED[owner]} AS owner ON owner.id = document.{owner}_id
        WHERE {_IS_STILL}
          AND NOT EXISTS (
            SELECT FROM outbox_events AS owed
            WHERE owed.sent_at IS NULL AND owed.dead_at IS NULL
              AND owed.subject = '{owner}:' || owner.id
          )
        ORDER BY document.created_at, document.id
        LIMIT :limit
        """  # noqa: S608 -- names are constants
    )
    rows = await session.execute(query, {"before": at - CANDIDATE_PATIENCE, "limit": limit})
    return [UnreadResume(row.id, row.tenant_id) for row in rows]


async def read_again(
    session: AsyncSession, owner: Owner, tenant_id: int, document_ids: Sequence[int], at: datetime
) -> int:
    """Owe the events again that have CVs read; repeatable.

    Args:
        session: The tenant's transaction.
        owner: Whose CVs.
        tenant_id: The tenant.
        document_ids: CVs that were found unread.
        at: Now, as it was when they were found.

    Returns:
        How many of them are read again; the others moved on, or are given up.
    """
    documents = f"{owner}_documents AS document"
    is_meant = f"document.id = ANY(:ids) AND {_IS_STILL}"
    parameters = {"ids": list(document_ids), "before": at - CANDIDATE_PATIENCE}
    give_up = text(
        f"UPDATE {documents} SET extraction_status = '{ExtractionStatus.FAILED}',"  # noqa: S608 -- names are constants
        f" extraction_error = '{UNREAD}' WHERE {is_meant} AND resumptions >= {MAX_RESUMPTIONS}"
    )
    resume = text(
        f"UPDATE {documents} SET resumptions = resumptions + 1, resumed_at = now()"  # noqa: S608 -- names are constants
        f" WHERE {is_meant} RETURNING document.id, document.{owner}_id AS owner_id"
    )
    await session.execute(give_up, parameters)
    rows = await session.execute(resume, parameters)
    events = [_event(owner, tenant_id, row) for row in rows]
    await add_events(session, events, tenant_id=tenant_id, trace_context=current_trace())
    return len(events)


_IS_STILL = f"{IS_UNREAD} AND created_at < :before AND (resumed_at < :before) IS NOT FALSE"

_PENDING = ", ".join(f"'{status}'" for status in PENDING_INVITATION_STATUSES)
_WANTED = {
    Owner.CANDIDATE: "(SELECT id FROM candidates WHERE deleted_at IS NULL)",
    Owner.INVITATION: f"(SELECT id FROM candidate_invitations WHERE status IN ({_PENDING}))",  # noqa: S608 -- names are constants
}
"""Owners whose CVs somebody still needs read."""


def _event(owner: Owner, tenant_id: int, row: Row[tuple[int, int]]) -> Event:
    if owner is Owner.CANDIDATE:
        return ResumeUploaded(candidate_id=row.owner_id, tenant_id=tenant_id, document_id=row.id)
    return InvitationResumeUploaded(
        invitation_id=row.owner_id, tenant_id=tenant_id, document_id=row.id
    )
