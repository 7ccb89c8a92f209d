"""Queries about everything that is known of one candidate; sessions see one tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from blacklight_shared.models import (
    AuditEntry,
    Base,
    Candidate,
    CandidateDocument,
    CandidateInvitation,
    CandidateJobMatch,
    CandidatePreferredRole,
    GlobalRole,
    InvitationDocument,
    JobPosting,
    MailLogEntry,
    MailSuppression,
    OutboxEvent,
)
from sqlalchemy import ColumnElement, LargeBinary, and_, delete, inspect, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute, undefer

CANDIDATE_ENTITY = "candidate"

DocumentT = TypeVar("DocumentT", CandidateDocument, InvitationDocument)


async def lock_candidate(session: AsyncSession, candidate_id: int) -> Candidate | None:
    """The candidate, deleted or not, kept from being changed by others."""
    return await session.scalar(
        select(Candidate).where(Candidate.id == candidate_id).with_for_update()
    )


async def role_names(session: AsyncSession, candidate_id: int) -> Sequence[str]:
    """The roles that a candidate prefers, the first wish first."""
    rows = await session.scalars(
        select(GlobalRole.name)
        .join(CandidatePreferredRole, CandidatePreferredRole.role_id == GlobalRole.id)
        .where(CandidatePreferredRole.candidate_id == candidate_id)
        .order_by(CandidatePreferredRole.rank, GlobalRole.id)
    )
    return rows.all()


async def records(
    session: AsyncSession, entity: type[Base], condition: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """Rows as they are stored, without files, hashes and secrets."""
    columns = _readable_columns(entity)
    rows = await session.execute(select(*columns).where(condition).order_by(columns[0]))
    return [dict(row) for row in rows.mappings()]


async def matches_of(session: AsyncSession, candidate_id: int) -> list[dict[str, Any]]:
    """The postings that a candidate was matched to, and what people made of it."""
    rows = await session.execute(
        select(
            JobPosting.title,
            JobPosting.company,
            CandidateJobMatch.score,
            CandidateJobMatch.status,
            CandidateJobMatch.created_at,
        )
        .join(JobPosting, JobPosting.id == CandidateJobMatch.job_posting_id)
        .where(CandidateJobMatch.candidate_id == candidate_id)
        .order_by(CandidateJobMatch.score.desc(), CandidateJobMatch.id)
    )
    return [dict(row) for row in rows.mappings()]


async def document_ids(
    session: AsyncSession, documents: type[DocumentT], condition: ColumnElement[bool]
) -> Sequence[int]:
    """The documents of which a condition holds."""
    rows = await session.scalars(select(documents.id).where(condition).order_by(documents.id))
    return rows.all()


async def document_with_content(
    session: AsyncSession, documents: type[DocumentT], document_id: int
) -> DocumentT:
    """A document and its file."""
    query = select(documents).where(documents.id == document_id)
    found = await session.scalars(query.options(undefer(documents.content)))
    return found.one()


async def erase(session: AsyncSession, candidate: Candidate) -> None:
    """Delete a candidate and what is known of them; the audit log, which holds ids, stays.

    Documents, features, the embedding and matches go with the candidate's row.
    """
    await session.execute(delete(CandidateInvitation).where(invitations_of(candidate)))
    if candidate.email is not None:
        await session.execute(delete(MailLogEntry).where(mails_about(candidate)))
        of_address = MailSuppression.email == candidate.email
        await session.execute(delete(MailSuppression).where(of_address))
        await session.execute(delete(OutboxEvent).where(_events_about(candidate.email)))
    await session.execute(delete(Candidate).where(Candidate.id == candidate.id))


def invitations_of(candidate: Candidate) -> ColumnElement[bool]:
    """Condition: an invitation is the candidate's."""
    return or_(
        CandidateInvitation.candidate_id == candidate.id,
        CandidateInvitation.email == candidate.email,
    )


def documents_of(candidate: Candidate) -> ColumnElement[bool]:
    """Condition: a document is the candidate's."""
    return CandidateDocument.candidate_id == candidate.id


def submitted_documents_of(candidate: Candidate) -> ColumnElement[bool]:
    """Condition: a document came with an invitation of the candidate that is not approved."""
    return InvitationDocument.invitation_id.in_(
        select(CandidateInvitation.id).where(invitations_of(candidate))
    )


def mails_about(candidate: Candidate) -> ColumnElement[bool]:
    """Condition: a mail went to the candidate, or names them."""
    return or_(
        MailLogEntry.recipient == candidate.email,
        MailLogEntry.event_data["candidate_email"].as_string() == candidate.email,
    )


def audit_about(candidate: Candidate) -> ColumnElement[bool]:
    """Condition: an entry of the audit log is about the candidate."""
    return and_(
        AuditEntry.entity_type == CANDIDATE_ENTITY, AuditEntry.entity_id == str(candidate.id)
    )


def _events_about(email: str) -> ColumnElement[bool]:
    return or_(
        OutboxEvent.data["to_email"].as_string() == email,
        OutboxEvent.data["candidate_email"].as_string() == email,
    )


def _readable_columns(entity: type[Base]) -> list[InstrumentedAttribute[Any]]:
    return [
        getattr(entity, attribute.key)
        for attribute in inspect(entity).column_attrs
        if not isinstance(attribute.columns[0].type, LargeBinary)
    ]
