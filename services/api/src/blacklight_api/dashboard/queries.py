"""Queries of the dashboard; sessions see one tenant's data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import (
    Candidate,
    CandidateInvitation,
    CandidateJobMatch,
    EmailIntegration,
    EmailMessage,
    EmailMessageStatus,
    GlobalRole,
    IntegrationStatus,
    InvitationStatus,
    JobPosting,
    MailLogEntry,
    MailStatus,
    MatchStatus,
    RoleStatus,
)
from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

_FAILED_MAILS = (MailStatus.BOUNCED, MailStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Lately:
    """What has happened since a moment."""

    candidates: int
    postings: int
    matches: int
    recommended: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for a person."""

    submissions: int
    broken_integrations: int
    pending_roles: int
    failed_mails: int


async def lately(session: AsyncSession, tenant_id: int, since: datetime) -> Lately:
    """Count what has happened since ``since``; one query."""
    matches = CandidateJobMatch.created_at >= since
    row = await session.execute(
        select(
            _count(Candidate.created_at >= since, Candidate.deleted_at.is_(None)),
            _count(
                JobPosting.imported_at >= since,
                or_(
                    JobPosting.imported_by_tenant_id == tenant_id,
                    JobPosting.source_tenant_id == tenant_id,
                ),
            ),
            _count(matches),
            _count(matches, CandidateJobMatch.is_recommended.is_(True)),
        )
    )
    return Lately(*row.one())


async def waiting(session: AsyncSession, mails_since: datetime) -> Waiting:
    """Count what waits for a person; one query.

    Args:
        session: A session of the tenant.
        mails_since: Mails that failed before are old news.
    """
    row = await session.execute(
        select(
            _count(CandidateInvitation.status == InvitationStatus.SUBMITTED),
            _count(EmailIntegration.status == IntegrationStatus.DISABLED),
            _count(GlobalRole.status == RoleStatus.PENDING_REVIEW),
            _count(MailLogEntry.status.in_(_FAILED_MAILS), MailLogEntry.updated_at >= mails_since),
        )
    )
    return Waiting(*row.one())


async def matches_by_grade(session: AsyncSession, config: MatchingConfig) -> dict[str, int]:
    """Number of open matches by grade, the best grade first."""
    limits = config.grade_limits
    grade = case(
        (CandidateJobMatch.score >= limits.a_plus, "A+"),
        (CandidateJobMatch.score >= limits.a, "A"),
        (CandidateJobMatch.score >= limits.b, "B"),
        (CandidateJobMatch.score >= limits.c, "C"),
        else_="D",
    )
    rows = await session.execute(
        select(grade.label("grade"), func.count())
        .where(CandidateJobMatch.status.not_in((MatchStatus.CLOSED, MatchStatus.REJECTED)))
        .group_by("grade")
    )
    found = {row.grade: row[1] for row in rows}
    return {name: found.get(name, 0) for name in ("A+", "A", "B", "C", "D")}


async def inbox_results(session: AsyncSession, since: datetime) -> dict[str, int]:
    """Number of mails from inboxes by what came of them, since ``since``."""
    rows = await session.execute(
        select(EmailMessage.status, func.count())
        .where(EmailMessage.created_at >= since)
        .group_by(EmailMessage.status)
    )
    found = {row.status: row[1] for row in rows}
    return {status: found.get(status, 0) for status in EmailMessageStatus}


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    return select(func.count()).where(*conditions).scalar_subquery()
