"""What an invited person can do."""

from __future__ import annotations

from datetime import UTC, datetime

from blacklight_shared.events import HrNotificationMail, InvitationResumeUploaded
from blacklight_shared.models import (
    DocumentKind,
    ExtractionStatus,
    InvitationDocument,
    InvitationStatus,
)

from blacklight_api.audit.service import record
from blacklight_api.documents.files import UploadedFile
from blacklight_api.invitations import queries
from blacklight_api.invitations.links import LinkMaker
from blacklight_api.invitations.service import move
from blacklight_api.onboarding.access import OnboardingWork
from blacklight_api.onboarding.schemas import (
    OnboardingDocumentShown,
    OnboardingShown,
    ProfileDraft,
    ProfileShown,
)
from blacklight_api.problems import Conflict, NotFound, Unprocessable
from blacklight_api.tenants.letterhead import letterhead_of

MAX_DOCUMENTS = 10


async def show(work: OnboardingWork) -> OnboardingShown:
    """What the candidate's page shows; the first time, the invitation becomes opened."""
    invitation = work.invitation
    if invitation.status == InvitationStatus.SENT:
        invitation.opened_at = invitation.opened_at or datetime.now(UTC)
        await move(work, invitation, InvitationStatus.OPENED)
    letterhead = await letterhead_of(work.session, work.tenant)
    profile = ProfileShown.model_validate(invitation.profile)
    documents = await queries.list_documents(work.session, invitation.id)
    return OnboardingShown(
        firm=letterhead.firm,
        logo_url=letterhead.logo_url,
        accent_color=letterhead.accent_color,
        email=invitation.email,
        first_name=invitation.first_name,
        last_name=invitation.last_name,
        status=InvitationStatus(invitation.status),
        expires_at=invitation.expires_at,
        profile=profile,
        documents=[_shown(document, profile) for document in documents],
    )


async def save(work: OnboardingWork, draft: ProfileDraft) -> OnboardingShown:
    """Keep what the candidate has filled in so far."""
    given = draft.model_dump(mode="json", exclude_unset=True)
    work.invitation.profile = {**work.invitation.profile, **given}
    await record(work, "invitation.saved", work.invitation.id, fields=given)
    await _begin(work)
    return await show(work)


async def upload(
    work: OnboardingWork, file: UploadedFile, kind: DocumentKind
) -> InvitationDocument:
    """Keep a file; a CV is then read by a worker, and fills what is empty in the profile.

    The same file again gives the same document; one that could not be read is tried again.

    Raises:
        Conflict: There are ten files already.
    """
    documents = await queries.list_documents(work.session, work.invitation.id)
    known = next((one for one in documents if one.sha256 == file.sha256), None)
    if known is not None:
        return await _try_again(work, known)
    if len(documents) >= MAX_DOCUMENTS:
        raise Conflict(f"A submission holds at most {MAX_DOCUMENTS} files; delete one first.")
    document_id = await queries.add_document(work.session, work.invitation, file, kind)
    await record(work, "invitation.document_uploaded", work.invitation.id, details={"kind": kind})
    await _begin(work)
    documents = await queries.list_documents(work.session, work.invitation.id)
    stored = next(document for document in documents if document.id == document_id)
    await _have_read(work, stored)
    return stored


async def delete_document(work: OnboardingWork, document_id: int) -> None:
    """Forget a file.

    Raises:
        NotFound: The submission has no such file.
    """
    invitation_id = work.invitation.id
    if not await queries.delete_documents(work.session, invitation_id, document_id=document_id):
        raise NotFound("document")
    await record(work, "invitation.document_deleted", invitation_id)


async def submit(work: OnboardingWork, links: LinkMaker) -> None:
    """Hand everything in; the link is used up.

    Raises:
        Unprocessable: The name is missing, or there is neither a CV nor a skill.
    """
    invitation, profile = work.invitation, ProfileShown.model_validate(work.invitation.profile)
    first_name = profile.first_name or invitation.first_name
    last_name = profile.last_name or invitation.last_name
    for field, value in (("first_name", first_name), ("last_name", last_name)):
        if not value:
            raise Unprocessable(field, "Save your name before you submit.")
    documents = await queries.list_documents(work.session, invitation.id)
    has_resume = any(document.kind == DocumentKind.RESUME for document in documents)
    if not (has_resume or profile.skills):
        raise Unprocessable("documents", "Upload a CV, or save your skills, before you submit.")
    invitation.first_name, invitation.last_name = first_name, last_name
    invitation.submitted_at = datetime.now(UTC)
    await move(work, invitation, InvitationStatus.SUBMITTED)
    await work.emit(
        HrNotificationMail(
            invitation_id=invitation.id,
            tenant_id=work.tenant_id,
            candidate_name=invitation.full_name,
            candidate_email=invitation.email,
            review_url=links.review_url(invitation.id),
        )
    )


def _shown(document: InvitationDocument, profile: ProfileShown) -> OnboardingDocumentShown:
    said = ProfileShown.model_validate(document.reading or {})
    unchanged = [
        field for field in document.filled_fields if getattr(profile, field) == getattr(said, field)
    ]
    shown = OnboardingDocumentShown.model_validate(document)
    return shown.model_copy(update={"filled_fields": unchanged})


async def _try_again(work: OnboardingWork, document: InvitationDocument) -> InvitationDocument:
    if document.extraction_status == ExtractionStatus.FAILED:
        await queries.read_again(work.session, document.id)
        await work.session.refresh(document)
        await _have_read(work, document)
    return document


async def _have_read(work: OnboardingWork, document: InvitationDocument) -> None:
    if document.kind == DocumentKind.RESUME:
        await work.emit(
            InvitationResumeUploaded(
                invitation_id=work.invitation.id,
                tenant_id=work.tenant_id,
                document_id=document.id,
            )
        )


async def _begin(work: OnboardingWork) -> None:
    if work.invitation.status != InvitationStatus.IN_PROGRESS:
        work.invitation.opened_at = work.invitation.opened_at or datetime.now(UTC)
        await move(work, work.invitation, InvitationStatus.IN_PROGRESS)
