"""HTTP endpoints of the candidate's onboarding page; the token of the link is the key."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import DocumentKind
from fastapi import APIRouter, Form

from blacklight_api.documents.endpoints import UPLOAD_LIMITS, DocumentFile
from blacklight_api.documents.files import read_upload
from blacklight_api.gateway import TheGateway
from blacklight_api.invitations.links import LinkMaker
from blacklight_api.limits import limited
from blacklight_api.onboarding import service
from blacklight_api.onboarding.access import OnboardingWork, onboarding_work
from blacklight_api.onboarding.schemas import (
    OnboardingDocumentShown,
    OnboardingShown,
    ProfileDraft,
)
from blacklight_api.problems import problem_responses
from blacklight_api.routing import PublicRoute
from blacklight_api.schemas import PathId

router = APIRouter(
    prefix="/onboarding",
    tags=["onboarding"],
    route_class=PublicRoute,
    responses=problem_responses(404),
)

Candidate = Annotated[OnboardingWork, onboarding_work()]


@router.get("")
async def get_onboarding(work: Candidate) -> OnboardingShown:
    """Get what is asked of the candidate and what they have filled in.

    A token that was never given out, has run out, is used up or was taken back gets 404.
    """
    return await service.show(work)


@router.patch("")
async def save_onboarding(draft: ProfileDraft, work: Candidate) -> OnboardingShown:
    """Save what is filled in so far: what is left out stays, null clears."""
    return await service.save(work, draft)


@router.post("/documents", status_code=201, responses=problem_responses(409, 415))
@limited(UPLOAD_LIMITS)
async def upload_onboarding_document(
    work: Candidate,
    file: DocumentFile,
    kind: Annotated[
        DocumentKind,
        Form(description="A `resume` is read at once, and fills what is empty in the profile."),
    ] = DocumentKind.RESUME,
) -> OnboardingDocumentShown:
    """Upload a CV or another file; the same file again gives the same document."""
    stored = await service.upload(work, await read_upload(file), kind)
    return OnboardingDocumentShown.model_validate(stored)


@router.delete("/documents/{document_id}", status_code=204)
async def delete_onboarding_document(document_id: PathId, work: Candidate) -> None:
    """Delete an uploaded file."""
    await service.delete_document(work, document_id)


@router.post("/submit", status_code=204)
async def submit_onboarding(work: Candidate, gateway: TheGateway) -> None:
    """Hand everything in for review; the link is used up by it."""
    await service.submit(work, LinkMaker.of(gateway))
