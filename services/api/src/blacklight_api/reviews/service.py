"""Deciding about submissions: approve or reject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from blacklight_shared.documents import DocumentFormat
from blacklight_shared.events import (
    ApprovalMail,
    GenerateCandidateMatches,
    MatchTrigger,
    RejectionMail,
)
from blacklight_shared.models import (
    CandidateInvitation,
    CandidateStatus,
    DocumentKind,
    ExtractionStatus,
    InvitationDocument,
    InvitationStatus,
)

from blacklight_api.audit.service import record
from blacklight_api.candidates import queries as candidate_queries
from blacklight_api.candidates import service as candidates
from blacklight_api.candidates.queries import CandidateFilter
from blacklight_api.candidates.schemas import CandidateCreate, CandidatePatch
from blacklight_api.documents import service as documents
from blacklight_api.documents.files import EarlierReading, UploadedFile
from blacklight_api.invitations import queries
from blacklight_api.invitations.resumes import counting_profile, emptied_fields, said_by
from blacklight_api.invitations.schemas import InvitationDetail
from blacklight_api.invitations.service import detail, find, move
from blacklight_api.problems import Conflict, Unprocessable
from blacklight_api.work import TenantWork

_FORMATS = {file_format.content_type: file_format for file_format in DocumentFormat}


async def approve(work: TenantWork, invitation_id: int) -> InvitationDetail:
    """Make the submission a candidate, or join it to the one who has the address.

    The candidate is told and matched. A second time changes nothing.

    Raises:
        NotFound: There is no such invitation.
        Conflict: It is not submitted, or is rejected.
    """
    invitation = await find(work, invitation_id, lock=True)
    if invitation.status == InvitationStatus.APPROVED:
        return await detail(work, invitation)
    _check_submitted(invitation)
    files = await queries.list_documents(work.session, invitation.id, with_content=True)
    candidate_id = await _make_candidate(work, invitation, files)
    await _move_documents(work, files, candidate_id)
    await queries.delete_documents(work.session, invitation.id)
    invitation.candidate_id = candidate_id
    invitation.reviewed_at = datetime.now(UTC)
    await move(work, invitation, InvitationStatus.APPROVED)
    await work.emit(
        ApprovalMail(
            candidate_id=candidate_id,
            invitation_id=invitation.id,
            tenant_id=work.tenant_id,
            to_email=invitation.email,
            candidate_name=invitation.full_name,
        )
    )
    return await detail(work, invitation)


async def reject(work: TenantWork, invitation_id: int, reason: str | None) -> InvitationDetail:
    """Reject the submission; the candidate is told. A second time changes nothing.

    Raises:
        NotFound: There is no such invitation.
        Conflict: It is not submitted, or is approved.
    """
    invitation = await find(work, invitation_id, lock=True)
    if invitation.status == InvitationStatus.REJECTED:
        return await detail(work, invitation)
    _check_submitted(invitation)
    invitation.rejection_reason = reason or None
    invitation.reviewed_at = datetime.now(UTC)
    await move(work, invitation, InvitationStatus.REJECTED)
    await work.emit(
        RejectionMail(
            invitation_id=invitation.id,
            tenant_id=work.tenant_id,
            to_email=invitation.email,
            candidate_name=invitation.full_name,
            reason=invitation.rejection_reason,
        )
    )
    return await detail(work, invitation)


async def take_from_resume(
    work: TenantWork, invitation_id: int, fields: Sequence[str]
) -> InvitationDetail:
    """Choose for which fields of a submission the CV counts; for all others, what was entered.

    Nothing is lost by it: an approval makes the profile of both. Of lists, what either says counts.

    Args:
        work: The tenant's transaction.
        invitation_id: The submission.
        fields: All fields for which the CV counts, not only further ones.

    Raises:
        NotFound: There is no such invitation.
        Conflict: It is not submitted.
        Unprocessable: The CV says nothing for a field.
    """
    invitation = await find(work, invitation_id, lock=True)
    _check_submitted(invitation)
    said = said_by(await queries.list_documents(work.session, invitation_id))
    possible = said.profile_values() if said else {}
    for number, field in enumerate(fields):
        if field not in possible:
            allowed = ", ".join(sorted(possible)) or "none"
            raise Unprocessable(f"fields.{number}", f"The CV says something for: {allowed}.")
    wanted = sorted(set(fields))
    if wanted != invitation.taken_from_resume:
        invitation.taken_from_resume = wanted
        await work.session.flush()
        await work.session.refresh(invitation)
        await record(work, "invitation.taken_from_resume", invitation_id, fields=wanted)
    return await detail(work, invitation)


def _check_submitted(invitation: CandidateInvitation) -> None:
    if invitation.status != InvitationStatus.SUBMITTED:
        raise Conflict(
            f"The invitation is {invitation.status}; only a submitted one can be decided."
        )


async def _make_candidate(
    work: TenantWork, invitation: CandidateInvitation, files: Sequence[InvitationDocument]
) -> int:
    """The approved candidate of a submission: a new one, or the one with this address."""
    entered = invitation.profile | {
        "first_name": invitation.first_name,
        "last_name": invitation.last_name,
    }
    profile = counting_profile(entered, said_by(files), invitation.taken_from_resume)
    known = await candidate_queries.list_candidates(
        work.session, CandidateFilter(email=invitation.email), after=None, limit=1
    )
    if known:
        given = {field: value for field, value in profile.items() if value not in (None, "", [])}
        return await _join(work, known[0].id, CandidatePatch.model_validate(given))
    wanted = {**profile, "email": invitation.email, "status": CandidateStatus.APPROVED}
    made = await candidates.create(
        work,
        CandidateCreate.model_validate(wanted),
        left_empty=emptied_fields(profile, files),
    )
    return made.id


async def _join(work: TenantWork, candidate_id: int, submitted: CandidatePatch) -> int:
    """Bring what was submitted into a candidate who exists, and approve them."""
    joined = await candidates.change(work, candidate_id, submitted)
    if joined.status in {CandidateStatus.NEW, CandidateStatus.IN_REVIEW, CandidateStatus.REJECTED}:
        if joined.status is CandidateStatus.REJECTED:
            reopened = CandidatePatch(status=CandidateStatus.IN_REVIEW)
            await candidates.change(work, candidate_id, reopened)
        await candidates.change(work, candidate_id, CandidatePatch(status=CandidateStatus.APPROVED))
    else:
        await work.emit(
            GenerateCandidateMatches(
                candidate_id=candidate_id,
                tenant_id=work.tenant_id,
                trigger=MatchTrigger.ONBOARDING_APPROVAL,
            )
        )
    await record(work, "candidate.joined", candidate_id)
    return candidate_id


async def _move_documents(
    work: TenantWork, files: Sequence[InvitationDocument], candidate_id: int
) -> None:
    for document in files:
        kind, earlier = DocumentKind(document.kind), _earlier_reading(document)
        await documents.upload(work, candidate_id, _as_upload(document), kind, earlier)


def _as_upload(document: InvitationDocument) -> UploadedFile:
    return UploadedFile(
        name=document.filename,
        format=_FORMATS[document.content_type],
        content=document.content,
        sha256=document.sha256,
    )


def _earlier_reading(document: InvitationDocument) -> EarlierReading | None:
    """What need not be found out again; a failure may be another time's success."""
    status = ExtractionStatus(document.extraction_status)
    if status not in {ExtractionStatus.EXTRACTED, ExtractionStatus.SCANNED}:
        return None
    return EarlierReading(
        status=status,
        text=document.text,
        page_count=document.page_count,
        reading=document.reading,
        error=document.extraction_error,
    )
