"""What has happened to a candidate: from the audit log, invitations and mails, in one list."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from blacklight_shared.models import (
    AuditEntry,
    Candidate,
    CandidateDocument,
    CandidateInvitation,
    CandidateJobMatch,
    JobPosting,
    MailLogEntry,
    PortalUser,
)
from pydantic import AwareDatetime
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    cast,
    column,
    func,
    literal,
    null,
    select,
    true,
    tuple_,
    union_all,
    values,
)
from sqlalchemy.dialects.postgresql import JSONB

from blacklight_api.auth.principal import ActorType
from blacklight_api.pagination import Page, PageRequest, SortKey
from blacklight_api.schemas import ResponseModel, RowId
from blacklight_api.work import TenantWork


class HappeningKind(StrEnum):
    """Where something is known from."""

    AUDIT = "audit"
    INVITATION = "invitation"
    MAIL = "mail"


class Happening(ResponseModel):
    """Something that has happened."""

    at: datetime
    kind: HappeningKind
    id: int
    what: str
    """An action of the audit log, a state of the invitation, or the template of a mail."""
    changes: dict[str, Any]
    """As in the audit log."""
    by: str | None
    """The person who did it; None for programs and workers."""
    about: str | None
    """The posting of a match, or what became of a mail."""


class HappeningKey(SortKey):
    """Sorted by time; what happened at the same time, by where it is known from."""

    at: AwareDatetime
    kind: HappeningKind
    what: str
    id: RowId


async def page(work: TenantWork, candidate: Candidate, requested: PageRequest) -> Page[Happening]:
    """One page of what has happened to a candidate, the latest first."""
    happenings = union_all(
        _audited("candidate", select(literal(str(candidate.id)))),
        _audited("document", _documents_of(candidate)),
        _decided_matches(candidate),
        _invited(candidate),
        _mailed(candidate),
    ).subquery()
    columns = [happenings.c[name] for name in HappeningKey.model_fields]
    query = select(happenings)
    if (after := requested.after(HappeningKey)) is not None:
        query = query.where(tuple_(*columns) < tuple(after.model_dump().values()))
    rows = await work.session.execute(
        query.order_by(*(column.desc() for column in columns)).limit(requested.limit + 1)
    )
    return requested.page(
        rows.all(),
        item=Happening.model_validate,
        key=lambda row: HappeningKey.model_validate(row, from_attributes=True),
    )


def _audited(entity_type: str, entity_ids: Select[str]) -> Select[*tuple[Any, ...]]:
    return _of_audit_log(null()).where(
        AuditEntry.entity_type == entity_type, AuditEntry.entity_id.in_(entity_ids)
    )


def _documents_of(candidate: Candidate) -> Select[str]:
    return select(cast(CandidateDocument.id, Text)).where(
        CandidateDocument.candidate_id == candidate.id
    )


def _decided_matches(candidate: Candidate) -> Select[*tuple[Any, ...]]:
    match = CandidateJobMatch
    return (
        _of_audit_log(JobPosting.title)
        .join(match, cast(match.id, Text) == AuditEntry.entity_id)
        .join(JobPosting, JobPosting.id == match.job_posting_id)
        .where(
            AuditEntry.entity_type == "match",
            match.candidate_id == candidate.id,
            match.status_changed_at.is_not(None),
        )
    )


def _of_audit_log(about: SQLColumnExpression[Any]) -> Select[*tuple[Any, ...]]:
    is_author = and_(
        AuditEntry.actor_type == ActorType.USER, cast(PortalUser.id, Text) == AuditEntry.actor_id
    )
    return (
        select(
            AuditEntry.created_at.label("at"),
            literal(HappeningKind.AUDIT, Text).label("kind"),
            AuditEntry.action.label("what"),
            AuditEntry.id.label("id"),
            AuditEntry.changes.label("changes"),
            PortalUser.full_name.label("by"),
            cast(about, Text).label("about"),
        )
        .select_from(AuditEntry)
        .outerjoin(PortalUser, is_author)
        .where(AuditEntry.tenant_id == func.current_tenant_id())
    )


def _invited(candidate: Candidate) -> Select[*tuple[Any, ...]]:
    invitation = CandidateInvitation
    moments = values(column("what", Text), column("at", DateTime(timezone=True)), name="moments")
    stages = moments.data(
        [
            ("invited", invitation.created_at),
            ("opened", invitation.opened_at),
            ("submitted", invitation.submitted_at),
        ]
    ).lateral()
    return (
        select(
            stages.c.at,
            literal(HappeningKind.INVITATION, Text),
            stages.c.what,
            invitation.id,
            _no_changes(),
            cast(null(), Text),
            cast(null(), Text),
        )
        .select_from(invitation)
        .join(stages, true())
        .where(invitation.candidate_id == candidate.id, stages.c.at.is_not(None))
    )


def _mailed(candidate: Candidate) -> Select[*tuple[Any, ...]]:
    mail = MailLogEntry
    return select(
        func.coalesce(mail.sent_at, mail.updated_at),
        literal(HappeningKind.MAIL, Text),
        mail.template,
        mail.id,
        _no_changes(),
        cast(null(), Text),
        mail.status,
    ).where(mail.recipient == candidate.email)


def _no_changes() -> ColumnElement[Any]:
    return cast(literal("{}", Text), JSONB)
