"""A candidate's profile: what is known, changing it, and where the candidate stands."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from blacklight_shared.models import Candidate, CandidateStatus
from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import service
from blacklight_api.candidates.schemas import CandidateDetail, CandidatePatch
from blacklight_api.candidates.transitions import ALLOWED_TRANSITIONS
from blacklight_api.documents import service as documents
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.pages.candidates import profile_form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Conflict, Problem
from blacklight_api.schemas import PathId, RequestModel
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/candidates")

Reader = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_WRITE)]

VERSION_FIELD = "version"


class StatusChange(RequestModel):
    """Where a candidate shall stand."""

    status: CandidateStatus


@router.get("/{candidate_id}")
async def show_profile(request: Request, candidate_id: PathId, work: Reader) -> Response:
    """Everything known of a candidate, with who has said it."""
    candidate = await service.detail(work, await service.find(work, candidate_id))
    resumes = await documents.resume_states(work, candidate_id)
    return page(
        request,
        "candidates/profile.html",
        candidate=candidate,
        is_being_read=resumes.is_reading,
        was_read=resumes.has_read,
        next_statuses=next_statuses(candidate),
    )


@router.get("/{candidate_id}/edit")
async def show_edit_form(request: Request, candidate_id: PathId, work: Writer) -> Response:
    """The form with the profile."""
    candidate = await service.detail(work, await service.find(work, candidate_id))
    return _form(request, candidate, profile_form.filled_form(candidate))


@router.post("/{candidate_id}/edit")
async def change_profile(request: Request, candidate_id: PathId, work: Writer) -> Response:
    """Change what the person has changed in the form, and nothing else."""
    form = await Form.sent(request, lists=profile_form.BOXES)
    row = await service.find(work, candidate_id, lock=True)
    candidate = await service.detail(work, row)
    try:
        patch = profile_form.changes(form, candidate)
        if patch.model_fields_set:
            _refuse_if_outdated(form, row)
            await service.change(work, candidate_id, patch)
    except Problem as problem:
        refused = _form(request, candidate, form.refused(problem), problem.status)
        raise RefusedError(refused) from None
    return see_other(request, f"/candidates/{candidate_id}", Notice("The profile is saved."))


@router.post("/{candidate_id}/status")
async def change_status(request: Request, candidate_id: PathId, work: Writer) -> Response:
    """Let the candidate stand somewhere else."""
    form = await Form.sent(request)
    wanted = form.read(StatusChange)
    await service.change(work, candidate_id, CandidatePatch(status=wanted.status))
    notice = Notice(f"The candidate is now {wanted.status.replace('_', ' ')}.")
    return see_other(request, f"/candidates/{candidate_id}", notice)


def next_statuses(candidate: CandidateDetail) -> list[tuple[CandidateStatus, str]]:
    """What a person may make of a candidate now, with the words on the button."""
    allowed = ALLOWED_TRANSITIONS[candidate.status]
    return [(status, words) for status, words in _DECISIONS.items() if status in allowed]


_DECISIONS = {
    CandidateStatus.APPROVED: "Approve",
    CandidateStatus.READY_FOR_ASSIGNMENT: "Ready for assignment",
    CandidateStatus.ASSIGNED: "Assigned",
    CandidateStatus.IN_REVIEW: "Take into review",
    CandidateStatus.REJECTED: "Reject",
}


def _refuse_if_outdated(form: Form, candidate: Candidate) -> None:
    if form.text(VERSION_FIELD) != candidate.updated_at.isoformat():
        raise Conflict(
            "The profile has changed since you opened this form, perhaps because a CV was read."
            " Compare, and save again if yours is right."
        )


def _form(
    request: Request,
    candidate: CandidateDetail,
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    return page(
        request,
        "candidates/edit.html",
        status=status,
        candidate=candidate,
        form=form,
        version=candidate.updated_at.isoformat(),
        education_rows=profile_form.education_rows(form),
    )
