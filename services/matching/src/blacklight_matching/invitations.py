"""From what a CV says to an invited person's form; what they have written is never overwritten."""

from __future__ import annotations

from blacklight_shared.models import (
    OPEN_INVITATION_STATUSES,
    PENDING_INVITATION_STATUSES,
    AuditEntry,
    CandidateInvitation,
    DocumentKind,
    ExtractionStatus,
    InvitationDocument,
)
from blacklight_shared.resumes import ResumeReading, missing_values
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.candidates import ACTOR_TYPE
from blacklight_matching.stored_documents import mark_read

WORKFLOW_ID = "read-invitation-resume"


async def load_content(session: AsyncSession, invitation_id: int, document_id: int) -> bytes | None:
    """The bytes of an invited person's CV.

    Returns:
        None when nobody needs it read: the file is gone, or the invitation is decided or cancelled.
    """
    return await session.scalar(
        select(InvitationDocument.content)
        .join(CandidateInvitation, CandidateInvitation.id == InvitationDocument.invitation_id)
        .where(
            InvitationDocument.id == document_id,
            InvitationDocument.invitation_id == invitation_id,
            InvitationDocument.kind == DocumentKind.RESUME,
            CandidateInvitation.status.in_(PENDING_INVITATION_STATUSES),
        )
    )


async def fill_form(
    session: AsyncSession, invitation_id: int, document_id: int, reading: ResumeReading
) -> list[str]:
    """Fill the empty fields of an invited person's form from a CV, and mark the CV as read.

    A form that was handed in stays as it is; then the CV stands beside it, for the review. What a
    CV had filled in and the person has emptied stays empty.

    Args:
        session: The tenant's transaction.
        invitation_id: The invitation.
        document_id: The CV.
        reading: What it says.

    Returns:
        The fields that it filled; those of the first time when it is read again.
    """
    # In the order in which the gateway locks them.
    invitation = await session.scalar(
        select(CandidateInvitation).where(CandidateInvitation.id == invitation_id).with_for_update()
    )
    documents = await _documents(session, invitation_id)
    if invitation is None or document_id not in documents:
        return []
    document = documents[document_id]
    if document.extraction_status == ExtractionStatus.EXTRACTED:
        return document.filled_fields
    if invitation.status in OPEN_INVITATION_STATUSES:
        filled_before = {field for one in documents.values() for field in one.filled_fields}
        named = {"first_name": invitation.first_name, "last_name": invitation.last_name}
        known = named | {field: value for field, value in invitation.profile.items() if value}
        missing = missing_values(known, reading)
        new = {field: value for field, value in missing.items() if field not in filled_before}
        if new:
            invitation.profile = {**invitation.profile, **new}
            document.filled_fields = sorted(new)
            session.add(_audit_entry(invitation, document_id, sorted(new)))
    await session.flush()
    await mark_read(session, InvitationDocument, document_id, reading)
    return document.filled_fields


async def _documents(session: AsyncSession, invitation_id: int) -> dict[int, InvitationDocument]:
    rows = await session.scalars(
        select(InvitationDocument).where(InvitationDocument.invitation_id == invitation_id)
    )
    return {document.id: document for document in rows}


def _audit_entry(
    invitation: CandidateInvitation, document_id: int, fields: list[str]
) -> AuditEntry:
    return AuditEntry(
        tenant_id=invitation.tenant_id,
        actor_type=ACTOR_TYPE,
        actor_id=WORKFLOW_ID,
        action="invitation.completed_from_resume",
        entity_type="invitation",
        entity_id=str(invitation.id),
        changes={"document_id": document_id, "fields": fields},
    )
