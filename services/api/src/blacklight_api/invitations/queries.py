"""Queries about invitations; sessions see one tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from blacklight_shared.models import (
    IS_UNREAD,
    OPEN_INVITATION_STATUSES,
    CandidateInvitation,
    ExtractionStatus,
    InvitationDocument,
    InvitationStatus,
)
from sqlalchemy import ColumnElement, and_, case, delete, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from blacklight_api.documents.files import UploadedFile
from blacklight_api.pagination import IdKey, newest_first
from blacklight_api.search import matches_words


@dataclass(frozen=True, slots=True)
class InvitationFilter:
    """Which invitations are wanted; None and empty mean all."""

    statuses: Sequence[InvitationStatus] = ()
    email: str | None = None
    search: str | None = None


async def find_invitation(
    session: AsyncSession, invitation_id: int, *, lock: bool = False
) -> CandidateInvitation | None:
    """The invitation; with ``lock``, kept from being changed by others."""
    query = select(CandidateInvitation).where(CandidateInvitation.id == invitation_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_invitations(
    session: AsyncSession, wanted: InvitationFilter, *, after: IdKey | None, limit: int
) -> Sequence[CandidateInvitation]:
    """Invitations, the newest first."""
    query = select(CandidateInvitation)
    if wanted.statuses:
        query = query.where(_current_status().in_(wanted.statuses))
    if wanted.email is not None:
        query = query.where(CandidateInvitation.email == wanted.email)
    if wanted.search is not None:
        query = query.where(matches_words(_searched_text(), wanted.search))
    page = newest_first(query, CandidateInvitation.id, after=after, limit=limit)
    rows = await session.scalars(page)
    return rows.all()


async def add_invitations(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Add those whose address has no undecided invitation; gives their ids."""
    if not rows:
        return []
    added = await session.scalars(
        insert(CandidateInvitation)
        .values(rows)
        .on_conflict_do_nothing()
        .returning(CandidateInvitation.id)
    )
    return added.all()


async def find_invitations(
    session: AsyncSession, invitation_ids: Sequence[int]
) -> Sequence[CandidateInvitation]:
    """Several invitations, in the order of their ids."""
    query = select(CandidateInvitation).where(CandidateInvitation.id.in_(invitation_ids))
    return (await session.scalars(query.order_by(CandidateInvitation.id))).all()


async def list_documents(
    session: AsyncSession, invitation_id: int, *, with_content: bool = False
) -> Sequence[InvitationDocument]:
    """The files of a submission with what they say, in the order of their arrival."""
    query = (
        select(InvitationDocument)
        .where(InvitationDocument.invitation_id == invitation_id)
        .options(undefer(InvitationDocument.reading))
        .execution_options(populate_existing=True)
    )
    if with_content:
        query = query.options(undefer(InvitationDocument.content), undefer(InvitationDocument.text))
    return (await session.scalars(query.order_by(InvitationDocument.id))).all()


async def find_document(
    session: AsyncSession, invitation_id: int, document_id: int
) -> InvitationDocument | None:
    """A file of a submission, with its content."""
    return await session.scalar(
        select(InvitationDocument)
        .where(
            InvitationDocument.invitation_id == invitation_id, InvitationDocument.id == document_id
        )
        .options(undefer(InvitationDocument.content))
    )


async def add_document(
    session: AsyncSession, invitation: CandidateInvitation, file: UploadedFile, kind: str
) -> int | None:
    """Add a file, unless the submission has it already; gives its id, or None."""
    document_id: int | None = await session.scalar(
        insert(InvitationDocument)
        .values(
            tenant_id=invitation.tenant_id,
            invitation_id=invitation.id,
            kind=kind,
            filename=file.name,
            content_type=file.format.content_type,
            size_bytes=len(file.content),
            sha256=file.sha256,
            content=file.content,
        )
        .on_conflict_do_nothing()
        .returning(InvitationDocument.id)
    )
    return document_id


async def is_reading(session: AsyncSession, invitation_id: int) -> bool:
    """Whether a CV of a submission is still to be read."""
    unread = select(InvitationDocument.id).where(
        InvitationDocument.invitation_id == invitation_id, text(IS_UNREAD)
    )
    return bool(await session.scalar(select(unread.exists())))


async def read_again(session: AsyncSession, document_id: int) -> None:
    """Mark a file as one that is still to be read."""
    await session.execute(
        update(InvitationDocument)
        .where(InvitationDocument.id == document_id)
        .values(
            extraction_status=ExtractionStatus.PENDING,
            extraction_error=None,
            resumptions=0,
            resumed_at=None,
        )
    )


async def delete_documents(
    session: AsyncSession, invitation_id: int, *, document_id: int | None = None
) -> int:
    """Delete the files of a submission, or one of them; gives how many."""
    query = delete(InvitationDocument).where(InvitationDocument.invitation_id == invitation_id)
    if document_id is not None:
        query = query.where(InvitationDocument.id == document_id)
    return len((await session.scalars(query.returning(InvitationDocument.id))).all())


def current_status(invitation: CandidateInvitation) -> InvitationStatus:
    """The status that counts: a link that has run out counts as expired before it is marked so."""
    status = InvitationStatus(invitation.status)
    is_over = invitation.expires_at <= datetime.now(UTC)
    return InvitationStatus.EXPIRED if status in OPEN_INVITATION_STATUSES and is_over else status


def _current_status() -> ColumnElement[str]:
    is_over = and_(
        CandidateInvitation.status.in_(OPEN_INVITATION_STATUSES),
        CandidateInvitation.expires_at <= datetime.now(UTC),
    )
    return case(
        (is_over, literal(InvitationStatus.EXPIRED.value)), else_=CandidateInvitation.status
    )


def _searched_text() -> ColumnElement[str]:
    separator = " "
    return (
        CandidateInvitation.first_name
        + separator
        + CandidateInvitation.last_name
        + separator
        + CandidateInvitation.email
    )
