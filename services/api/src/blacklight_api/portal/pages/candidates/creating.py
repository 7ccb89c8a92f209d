"""Adding a candidate: by a form, or by a CV that fills the profile."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from blacklight_shared.models import CandidateStatus
from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import service
from blacklight_api.documents import service as documents
from blacklight_api.documents.endpoints import UPLOAD_LIMITS
from blacklight_api.documents.files import read_upload
from blacklight_api.limits import limited
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.pages.candidates import profile_form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Problem
from blacklight_api.work import TenantWork, caller, tenant_work

router = portal_router("/candidates")

Writer = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_WRITE)]
TEMPLATE = "candidates/new.html"


@router.get("/new", dependencies=[caller(Scope.CANDIDATES_WRITE)])
async def show_new_candidate(request: Request) -> Response:
    """The form, and the place for a CV."""
    return _form(request, Form(), Form())


@router.post("/new")
async def create_candidate(request: Request, work: Writer) -> Response:
    """Add the candidate that the form describes."""
    form = await Form.sent(request, lists=profile_form.BOXES)
    try:
        made = await service.create(work, profile_form.new_candidate(form))
    except Problem as problem:
        raise RefusedError(_form(request, form.refused(problem), Form(), problem.status)) from None
    return see_other(request, f"/candidates/{made.id}", Notice("The candidate was added."))


@router.post("/from-cv")
@limited(UPLOAD_LIMITS)
async def create_candidate_from_cv(request: Request, work: Writer) -> Response:
    """Add the candidate of a CV; the same file again leads to the same candidate."""
    form = await Form.sent(request)
    try:
        stored = await documents.candidate_from_resume(
            work, await read_upload(form.file()), status=CandidateStatus.NEW, roles=[]
        )
    except Problem as problem:
        raise RefusedError(_form(request, Form(), form.refused(problem), problem.status)) from None
    known = Notice("This CV is known already; here is its candidate.")
    return see_other(
        request, f"/candidates/{stored.candidate.id}", None if stored.is_new else known
    )


def _form(request: Request, form: Form, cv: Form, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return page(
        request,
        TEMPLATE,
        status=status,
        form=form,
        education_rows=profile_form.education_rows(form),
        cv=cv,
    )
