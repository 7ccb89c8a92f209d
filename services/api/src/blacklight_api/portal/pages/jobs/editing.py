"""Changing a posting; it is then embedded and scored again."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.jobs import service
from blacklight_api.jobs.schemas import JobDetail, JobPatch
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Forbidden, NotFound, Problem
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/jobs/{job_id}/edit")

Writer = Annotated[TenantWork, tenant_work(Scope.JOBS_WRITE)]

_TEXTS = tuple(name for name in JobPatch.model_fields if name not in {"skills", "expires_at"})
_NEVER_NULL = ("title", "description")


@router.get("")
async def show_edit_form(request: Request, job_id: PathId, work: Writer) -> Response:
    """The form with the posting."""
    job = service.detail(work, await service.find(work, job_id))
    if not job.can_edit:
        raise Forbidden("A shared posting is changed by the firm that imported it.")
    return _form(request, job, Form(values=_values(job)))


@router.post("")
async def change_job(request: Request, job_id: PathId, work: Writer) -> Response:
    """Change the posting as the form says."""
    job = service.detail(work, await service.find(work, job_id))
    form = await Form.sent(request)
    try:
        await service.change(work, job_id, _patch(form))
    except (NotFound, Forbidden):
        raise
    except Problem as problem:
        refused = _form(request, job, form.refused(problem), problem.status)
        raise RefusedError(refused) from None
    notice = Notice("The posting is saved; its matches follow.")
    return see_other(request, f"/jobs/{job_id}", notice)


def _values(job: JobDetail) -> dict[str, Any]:
    known = job.model_dump()
    values = {name: known[name] for name in _TEXTS if known[name] is not None}
    return values | {"skills": "\n".join(job.skills)}


def _patch(form: Form) -> JobPatch:
    """What the form says; what it does not hold stays as it is."""
    sent = {name: form.text(name).replace("\r\n", "\n") for name in _TEXTS if name in form.values}
    # These have no null: left empty, they are refused, or are empty.
    kept = {name: sent.pop(name) for name in _NEVER_NULL if name in sent}
    if "skills" in form.values:
        lines = form.text("skills").splitlines()
        return Form(values=sent).read(
            JobPatch, blank="null", **kept, skills=[line for line in lines if line.strip()]
        )
    return Form(values=sent).read(JobPatch, blank="null", **kept)


def _form(
    request: Request, job: JobDetail, form: Form, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    return page(request, "jobs/edit.html", status=status, job=job, form=form)
