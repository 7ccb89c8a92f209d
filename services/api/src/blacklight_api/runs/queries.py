"""Queries about work that is done in the background; sessions see one tenant's."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blacklight_shared.models import (
    UNFINISHED_MAIL_STATUSES,
    CandidateDocument,
    EmailIntegration,
    ExtractionStatus,
    JobImportBatch,
    MailLogEntry,
    OutboxEvent,
    SyncRun,
)
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a worker.

    Attributes:
        events: Events that the engine has not got yet.
        oldest_event_at: Since when the oldest of them waits.
        mails: Mails that are not sent yet.
        documents: CVs that are not read yet.
    """

    events: int
    oldest_event_at: datetime | None
    mails: int
    documents: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A reading of a mailbox, and whose it was."""

    run: SyncRun
    email: str


async def waiting(session: AsyncSession) -> Waiting:
    """What waits now."""
    events, oldest = (
        await session.execute(
            select(func.count(), func.min(OutboxEvent.created_at)).where(
                OutboxEvent.sent_at.is_(None), OutboxEvent.dead_at.is_(None)
            )
        )
    ).one()
    mails = select(func.count()).where(MailLogEntry.status.in_(UNFINISHED_MAIL_STATUSES))
    documents = select(func.count()).where(
        CandidateDocument.extraction_status == ExtractionStatus.PENDING
    )
    return Waiting(
        events=events,
        oldest_event_at=oldest,
        mails=await session.scalar(mails.select_from(MailLogEntry)) or 0,
        documents=await session.scalar(documents.select_from(CandidateDocument)) or 0,
    )


async def dead_events(session: AsyncSession, *, limit: int) -> Sequence[OutboxEvent]:
    """Events that the engine did not take in any attempt, the latest first."""
    rows = await session.scalars(
        select(OutboxEvent)
        .where(OutboxEvent.dead_at.is_not(None))
        .order_by(OutboxEvent.sequence.desc())
        .limit(limit)
    )
    return rows.all()


async def count_dead_events(session: AsyncSession) -> int:
    """How many events the engine did not take."""
    query = select(func.count()).where(OutboxEvent.dead_at.is_not(None))
    return await session.scalar(query.select_from(OutboxEvent)) or 0


async def has_event(session: AsyncSession, event_id: uuid.UUID) -> bool:
    """Whether there is an event, sent or not."""
    return await session.get(OutboxEvent, event_id) is not None


async def latest_imports(session: AsyncSession, *, limit: int) -> Sequence[JobImportBatch]:
    """Imports, the latest first; those of one source of an import are left out."""
    rows = await session.scalars(
        select(JobImportBatch)
        .where(JobImportBatch.parent_batch_id.is_(None))
        .order_by(JobImportBatch.id.desc())
        .limit(limit)
    )
    return rows.all()


async def latest_syncs(session: AsyncSession, *, limit: int) -> list[Sync]:
    """Readings of mailboxes, the latest first."""
    rows = await session.execute(
        select(SyncRun, EmailIntegration.address)
        .join(EmailIntegration, EmailIntegration.id == SyncRun.integration_id)
        .order_by(SyncRun.id.desc())
        .limit(limit)
    )
    return [Sync(*row) for row in rows]


async def unread_documents(session: AsyncSession, *, limit: int) -> Sequence[CandidateDocument]:
    """CVs that could not be read, the latest first."""
    rows = await session.scalars(
        select(CandidateDocument)
        .where(
            CandidateDocument.extraction_status.in_(
                (ExtractionStatus.FAILED, ExtractionStatus.SCANNED)
            )
        )
        .order_by(CandidateDocument.id.desc())
        .limit(limit)
    )
    return rows.all()
