"""Queries about postings. A session sees the global ones, and those of its tenant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from blacklight_shared.models import (
    JOB_POSTING_WORDS,
    EmailIntegration,
    EmailMessage,
    GlobalRole,
    JobPosting,
    JobPostingSource,
    JobStatus,
    Visibility,
)
from blacklight_shared.roles import canonical_role_id
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased, defer

from blacklight_api.jobs.schemas import JobRole, MailOfJob
from blacklight_api.pagination import IdKey, newest_first
from blacklight_api.search import hold_words, matches_words

MAX_MAILS = 20
MAX_SOURCES_LISTED = 200


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which postings are wanted; None and empty mean all."""

    statuses: Sequence[JobStatus] = ()
    search: str | None = None
    role_id: int | None = None
    source: str | None = None
    work_mode: str | None = None
    visibility: Visibility | None = None
    import_batch_id: int | None = None
    posted_since: date | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class JobRow:
    """A posting with the role that it was normalised to, merges followed."""

    job: JobPosting
    role: JobRole | None


async def find_job(session: AsyncSession, job_id: int, *, lock: bool = False) -> JobRow | None:
    """The posting; with ``lock``, kept from being changed by others."""
    query = _with_role().where(JobPosting.id == job_id)
    if lock:
        query = query.with_for_update(of=JobPosting)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else _job_row(*row)


async def list_jobs(
    session: AsyncSession, wanted: JobFilter, *, after: IdKey | None, limit: int
) -> list[JobRow]:
    """Postings without their description, the newest first."""
    query = _filtered(_with_role().options(defer(JobPosting.description, raiseload=True)), wanted)
    page = newest_first(query, JobPosting.id, after=after, limit=limit)
    rows = await session.execute(page)
    return [_job_row(*row) for row in rows]


async def mails_of_job(session: AsyncSession, job_id: int) -> list[MailOfJob]:
    """The mails that a posting came from, the first one first; the first ones of very many."""
    rows = await session.execute(
        select(EmailIntegration.address, EmailMessage.received_at, JobPostingSource.details)
        .select_from(JobPostingSource)
        .join(EmailMessage, EmailMessage.id == JobPostingSource.email_message_id)
        .join(EmailIntegration, EmailIntegration.id == EmailMessage.integration_id)
        .where(JobPostingSource.job_posting_id == job_id)
        .order_by(JobPostingSource.created_at, JobPostingSource.email_message_id)
        .limit(MAX_MAILS)
    )
    return [
        MailOfJob.model_validate({**details, "mailbox": mailbox, "received_at": received_at})
        for mailbox, received_at, details in rows
    ]


async def list_sources(session: AsyncSession) -> Sequence[str]:
    """Where postings come from, by name."""
    # A loose index scan: one step for each source, however many postings it has.
    first = select(func.min(JobPosting.source).label("source")).cte("sources", recursive=True)
    following = (
        select(func.min(JobPosting.source)).where(JobPosting.source > first.c.source)
    ).scalar_subquery()
    sources = first.union_all(select(following).where(first.c.source.is_not(None)))
    rows = await session.scalars(
        select(sources.c.source).where(sources.c.source.is_not(None)).limit(MAX_SOURCES_LISTED)
    )
    return rows.all()


def _filtered(
    query: Select[JobPosting, int | None, str | None], wanted: JobFilter
) -> Select[JobPosting, int | None, str | None]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.statuses:
        conditions.append(JobPosting.status.in_(wanted.statuses))
    if wanted.search is not None:
        conditions.append(JobPosting.id.in_(_with_words(wanted.search)))
    if wanted.company is not None:
        # The index holds words of title and company; of those it finds, the company is looked at.
        conditions.append(JobPosting.id.in_(_with_words(wanted.company)))
        conditions.append(matches_words(func.coalesce(JobPosting.company, ""), wanted.company))
    if wanted.role_id is not None:
        same_role = select(GlobalRole.id).where(canonical_role_id() == wanted.role_id)
        conditions.append(JobPosting.role_id.in_(same_role))
    if wanted.visibility is Visibility.TENANT:
        conditions.append(JobPosting.source_tenant_id.is_not(None))
    if wanted.visibility is Visibility.GLOBAL:
        conditions.append(JobPosting.source_tenant_id.is_(None))
    if wanted.posted_since is not None:
        conditions.append(JobPosting.posted_date >= wanted.posted_since)
    equal = {
        JobPosting.source: wanted.source,
        JobPosting.work_mode: wanted.work_mode,
        JobPosting.import_batch_id: wanted.import_batch_id,
    }
    conditions.extend(column == value for column, value in equal.items() if value is not None)
    return query.where(*conditions)


def _with_words(typed: str) -> Select[int]:
    words = JOB_POSTING_WORDS.c
    return select(words.id).where(hold_words(words.words, typed))


def _with_role() -> Select[JobPosting, int | None, str | None]:
    canonical = aliased(GlobalRole)
    return (
        select(JobPosting, canonical.id, canonical.name)
        .outerjoin(GlobalRole, GlobalRole.id == JobPosting.role_id)
        .outerjoin(canonical, canonical.id == canonical_role_id())
    )


def _job_row(job: JobPosting, role_id: int | None, role_name: str | None) -> JobRow:
    if role_id is None or role_name is None:
        return JobRow(job, None)
    return JobRow(job, JobRole(id=role_id, name=role_name))
