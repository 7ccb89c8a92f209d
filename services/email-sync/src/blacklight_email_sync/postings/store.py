"""Storing the postings of a mail, and the mail's one result, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from blacklight_shared.events import JobsImported, ParseJobEmail
from blacklight_shared.job_imports.postings import PostingRow, content_hash
from blacklight_shared.models import (
    EmailIntegration,
    EmailMessage,
    EmailMessageStatus,
    JobPosting,
    JobPostingSource,
    JobStatus,
    SyncRun,
)
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from blacklight_shared.workflows import NotFoundError
from pydantic import BaseModel
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_email_sync.parsing import ExtractedPosting, ParseResult
from blacklight_email_sync.parsing.fingerprint import (
    Fingerprint,
    fingerprint,
    same_requirement,
)
from blacklight_email_sync.postings.details import SourceDetails, posting_row

SOURCE = "inbox"
"""Of postings that were found in mails."""
SAME_REQUIREMENT_WITHIN = timedelta(days=45)
"""After that, the same text asks for somebody else."""
_MAX_COMPARED = 1_000
"""Postings of one title; the newest are compared."""
_LOCK_NAMESPACE = 7_140_501


class MailResult(BaseModel):
    """What has become of a mail.

    Attributes:
        message_id: Which, by its id here.
        status: The recorded result.
        reason_code: Why it was skipped or failed.
        job_ids: Its postings, new ones and those that were known.
        jobs_created: How many of them are new.
    """

    message_id: int
    status: EmailMessageStatus
    reason_code: str | None = None
    job_ids: list[int] = []
    jobs_created: int = 0


@dataclass(frozen=True, slots=True)
class FailedParse:
    """A mail that could not be read, and why, for programs and for recruiters."""

    code: str
    words: str


@dataclass(slots=True)
class _Stored:
    """Postings of a mail: ids in its order, and which of them want matching."""

    job_ids: list[int] = field(default_factory=list)
    new_ids: list[int] = field(default_factory=list)
    reopened_ids: list[int] = field(default_factory=list)


async def lock_mail(session: AsyncSession, event: ParseJobEmail) -> EmailMessage:
    """The mail of an event, locked.

    Raises:
        NotFoundError: It does not exist, or is not of the integration that the event names.
    """
    mail = await session.scalar(
        select(EmailMessage)
        .where(
            EmailMessage.id == event.message_id,
            EmailMessage.integration_id == event.integration_id,
            EmailMessage.tenant_id == event.tenant_id,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if mail is None:
        raise NotFoundError("mail", event.message_id)
    return mail


async def recorded_result(session: AsyncSession, mail: EmailMessage) -> MailResult:
    """What was recorded of a mail before."""
    job_ids = await session.scalars(
        select(JobPostingSource.job_posting_id)
        .where(JobPostingSource.email_message_id == mail.id)
        .order_by(JobPostingSource.position)
    )
    return MailResult(
        message_id=mail.id,
        status=EmailMessageStatus(mail.status),
        reason_code=mail.reason_code,
        job_ids=list(job_ids),
    )


async def record_result(
    session: AsyncSession, event: ParseJobEmail, result: ParseResult | FailedParse
) -> MailResult:
    """Record what became of a mail, store its postings and owe the event that has them matched.

    A mail has one result: a second time changes nothing and gives the first one.

    Args:
        session: A session of the tenant.
        event: Names the mail.
        result: What reading it gave.

    Raises:
        NotFoundError: There is no such mail.
    """
    mail = await lock_mail(session, event)
    if mail.status != EmailMessageStatus.QUEUED:
        return await recorded_result(session, mail)
    mail.processed_at = datetime.now(UTC)
    if isinstance(result, FailedParse):
        _mark(mail, EmailMessageStatus.FAILED, result.code, result.words)
        return MailResult(
            message_id=mail.id, status=EmailMessageStatus.FAILED, reason_code=result.code
        )
    mail.confidence = Decimal(str(round(result.confidence, 3)))
    mail.parser = result.parser
    mail.parser_note = result.fallback or None
    stored = await _store_all(session, mail, result.postings)
    if not stored.job_ids:
        reason = result.skip_reason
        _mark(
            mail,
            EmailMessageStatus.SKIPPED,
            reason.value if reason else "no_title",
            result.skip_words,
        )
    else:
        _mark(mail, EmailMessageStatus.JOB_CREATED)
        await _count(session, mail, len(stored.new_ids))
        await _announce(session, mail, stored.new_ids + stored.reopened_ids)
    await session.flush()
    return MailResult(
        message_id=mail.id,
        status=EmailMessageStatus(mail.status),
        reason_code=mail.reason_code,
        job_ids=stored.job_ids,
        jobs_created=len(stored.new_ids),
    )


def _mark(
    mail: EmailMessage, status: EmailMessageStatus, code: str | None = None, words: str = ""
) -> None:
    mail.status = status
    mail.reason_code = code
    mail.reason = words or None


async def _store_all(
    session: AsyncSession, mail: EmailMessage, postings: Sequence[ExtractedPosting]
) -> _Stored:
    stored = _Stored()
    posted_date = mail.received_at.date() if mail.received_at else None
    rows = [(posting, posting_row(posting, posted_date)) for posting in postings]
    if rows:
        # Two mails with one requirement are compared one after the other, never at once.
        await session.execute(
            select(func.pg_advisory_xact_lock(_LOCK_NAMESPACE, mail.tenant_id % 2**31))
        )
    for position, (posting, row) in enumerate(rows):
        if row is not None:
            await _store(session, mail, position, posting, row, stored)
    return stored


async def _store(
    session: AsyncSession,
    mail: EmailMessage,
    position: int,
    posting: ExtractedPosting,
    row: PostingRow,
    stored: _Stored,
) -> None:
    wanted = fingerprint(posting)
    known = await _find_same(session, mail.tenant_id, wanted)
    if known is None:
        job_id = await _insert(session, mail, position, row)
        stored.new_ids.append(job_id)
    else:
        job_id = known.id
        if await _reopen(session, known):
            stored.reopened_ids.append(job_id)
    session.add(
        JobPostingSource(
            job_posting_id=job_id,
            email_message_id=mail.id,
            position=position,
            tenant_id=mail.tenant_id,
            title_key=wanted.title,
            details=SourceDetails.of(posting, wanted).model_dump(mode="json"),
        )
    )
    await session.flush()
    stored.job_ids.append(job_id)


async def _find_same(
    session: AsyncSession, tenant_id: int, wanted: Fingerprint
) -> JobPosting | None:
    """The tenant's posting of the same requirement, if a recent mail held it."""
    sources = await session.execute(
        select(JobPostingSource.job_posting_id, JobPostingSource.details)
        .join(JobPosting, JobPosting.id == JobPostingSource.job_posting_id)
        .where(
            JobPostingSource.tenant_id == tenant_id,
            JobPostingSource.title_key == wanted.title,
            JobPostingSource.created_at > datetime.now(UTC) - SAME_REQUIREMENT_WITHIN,
            JobPosting.status != JobStatus.CLOSED,
        )
        # One source speaks for its posting: a popular requirement has a hundred of them.
        .ext(distinct_on(JobPostingSource.job_posting_id))
        .order_by(JobPostingSource.job_posting_id.desc(), JobPostingSource.created_at)
        .limit(_MAX_COMPARED)
    )
    for job_id, details in sources:
        known = SourceDetails.model_validate(details).fingerprint(wanted.title)
        if same_requirement(known, wanted):
            return await session.get(JobPosting, job_id)
    return None


async def _insert(session: AsyncSession, mail: EmailMessage, position: int, row: PostingRow) -> int:
    values: dict[str, Any] = row.model_dump(exclude={"external_id"})
    posting = JobPosting(
        source_tenant_id=mail.tenant_id,
        imported_by_tenant_id=mail.tenant_id,
        source=SOURCE,
        external_id=f"mail:{mail.id}:{position}",
        content_hash=content_hash(row),
        **values,
    )
    session.add(posting)
    await session.flush()
    return posting.id


async def _reopen(session: AsyncSession, posting: JobPosting) -> bool:
    """Open a posting again that had expired; the requirement is still there."""
    if posting.status != JobStatus.EXPIRED:
        return False
    posting.status = JobStatus.ACTIVE
    posting.imported_at = datetime.now(UTC)
    await session.flush()
    return True


async def _count(session: AsyncSession, mail: EmailMessage, jobs_created: int) -> None:
    if jobs_created == 0:
        return
    await session.execute(
        update(EmailIntegration)
        .where(EmailIntegration.id == mail.integration_id)
        .values(jobs_created=EmailIntegration.jobs_created + jobs_created)
    )
    await session.execute(
        update(SyncRun)
        .where(SyncRun.id == mail.sync_run_id)
        .values(jobs_created=SyncRun.jobs_created + jobs_created)
    )


async def _announce(session: AsyncSession, mail: EmailMessage, job_ids: Sequence[int]) -> None:
    if not job_ids:
        return
    event = JobsImported(job_ids=sorted(job_ids), source=SOURCE, tenant_id=mail.tenant_id)
    await add_events(session, [event], tenant_id=mail.tenant_id, trace_context=current_trace())
