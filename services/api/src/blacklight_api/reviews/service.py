"""Deciding about submissions: approve or reject."""

from __future__ import annotations

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
    InvitationDocument,
    InvitationStatus,
)

from blacklight_api.audit.service import record
from blacklight_api.candidates import queries as candidate_queries
from blacklight_api.candidates import service as candidates
from blacklight_api.candidates.queries import CandidateFilter
from blacklight_api.candidates.schemas import CandidateCreate, CandidatePatch
from blacklight_api.documents import service as documents
from blacklight_api.documents.files import UploadedFile
from blacklight_api.invitations import queries
from blacklight_api.invitations.schemas import InvitationDetail
from blacklight_api.invitations.service import detail, find, move
from blacklight_api.problems import Conflict
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
    candidate_id = await _make_candidate(work, invitation)
    await _move_documents(work, invitation, candidate_id)
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


def _check_submitted(invitation: CandidateInvitation) -> None:
    if invitation.status != InvitationStatus.SUBMITTED:
        raise Conflict(
            f"The invitation is {invitation.status}; only a submitted one can be decided."
        )


async def _make_candidate(work: TenantWork, invitation: CandidateInvitation) -> int:
    """The approved candidate of a submission: a new one, or the one with this address."""
    profile = invitation.profile | {
        "first_name": invitation.first_name,
        "last_name": invitation.last_name,
    }
    known = await candidate_queries.list_candidates(
        work.session, CandidateFilter(email=invitation.email), after=None, limit=1
    )
    if known:
        return await _join(work, known[0].id, CandidatePatch.model_validate(profile))
    wanted = {**profile, "email": invitation.email, "status": CandidateStatus.APPROVED}
    return (await candidates.create(work, CandidateCreate.model_validate(wanted))).id


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
    work: TenantWork, invitation: CandidateInvitation, candidate_id: int
) -> None:
    for document in await queries.list_documents(work.session, invitation.id, with_content=True):
        await documents.upload(
            work, candidate_id, _as_upload(document), DocumentKind(document.kind)
        )
    await queries.delete_documents(work.session, invitation.id)


def _as_upload(document: InvitationDocument) -> UploadedFile:
    return UploadedFile(
        name=document.filename,
        format=_FORMATS[document.content_type],
        content=document.content,
        sha256=document.sha256,
    )
