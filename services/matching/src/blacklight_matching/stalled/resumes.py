"""CVs that nobody has finished reading: found across tenants, read again tenant by tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blacklight_shared.events import ResumeUploaded
from blacklight_shared.models import IS_UNREAD, ExtractionStatus
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.stalled.limits import CANDIDATE_PATIENCE, MAX_RESUMPTIONS

UNREAD = (
    f"reading the document was begun {1 + MAX_RESUMPTIONS} times and never finished;"
    " upload it again later"
)


@dataclass(frozen=True, slots=True)
class UnreadResume:
    """A CV that was uploaded long ago and is still to be read.

    Attributes:
        document_id: ``CandidateDocument.id``.
        tenant_id: The candidate's tenant.
    """

    document_id: int
    tenant_id: int


async def unread_resumes(session: AsyncSession, at: datetime, *, limit: int) -> list[UnreadResume]:
    """Find CVs that are unread for long, the oldest first.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        at: Now.
        limit: How many at most.
    """
    rows = await session.execute(_FIND, {"before": at - CANDIDATE_PATIENCE, "limit": limit})
    return [UnreadResume(row.id, row.tenant_id) for row in rows]


async def read_again(
    session: AsyncSession, tenant_id: int, document_ids: Sequence[int], at: datetime
) -> int:
    """Owe the events again that have CVs read; repeatable.

    Args:
        session: The tenant's transaction.
        tenant_id: The tenant.
        document_ids: CVs that were found unread.
        at: Now, as it was when they were found.

    Returns:
        How many of them are read again; the others moved on, or are given up.
    """
    parameters = {"ids": list(document_ids), "before": at - CANDIDATE_PATIENCE}
    await session.execute(_GIVE_UP, parameters)
    rows = await session.execute(_RESUME, parameters)
    events = [
        ResumeUploaded(candidate_id=row.candidate_id, tenant_id=tenant_id, document_id=row.id)
        for row in rows
    ]
    await add_events(session, events, tenant_id=tenant_id, trace_context=current_trace())
    return len(events)


_IS_STILL = f"{IS_UNREAD} AND created_at < :before AND (resumed_at < :before) IS NOT FALSE"

_FIND = text(
    f"""
    SELECT id, tenant_id FROM candidate_documents
    WHERE {_IS_STILL}
      AND EXISTS (
        SELECT FROM candidates
        WHERE candidates.id = candidate_documents.candidate_id AND deleted_at IS NULL
      )
      AND NOT EXISTS (
        SELECT FROM outbox_events AS owed
        WHERE owed.sent_at IS NULL AND owed.dead_at IS NULL
          AND owed.subject = 'candidate:' || candidate_documents.candidate_id
      )
    ORDER BY created_at, id
    LIMIT :limit
    """  # noqa: S608 -- names are constants
)

_GIVE_UP = text(
    f"""
    UPDATE candidate_documents
    SET extraction_status = '{ExtractionStatus.FAILED}', extraction_error = '{UNREAD}'
    WHERE id = ANY(:ids) AND {_IS_STILL} AND resumptions >= {MAX_RESUMPTIONS}
    """  # noqa: S608 -- names are constants
)

_RESUME = text(
    f"""
    UPDATE candidate_documents SET resumptions = resumptions + 1, resumed_at = now()
    WHERE id = ANY(:ids) AND {_IS_STILL}
    RETURNING id, candidate_id
    """  # noqa: S608 -- names are constants
)
