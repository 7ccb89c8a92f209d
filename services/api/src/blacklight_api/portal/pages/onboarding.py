"""The page of an invited person: step by step to a profile, saved as they go.

The link of the mail carries a token. It is exchanged for a cookie at once, so that it stays in no
address bar, no history and no ``Referer``.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from blacklight_shared.models import DocumentKind
from fastapi import Depends, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from blacklight_api.auth.sessions import csrf_token
from blacklight_api.documents.endpoints import UPLOAD_LIMITS
from blacklight_api.documents.files import read_upload
from blacklight_api.gateway import TheGateway
from blacklight_api.invitations.links import LinkMaker
from blacklight_api.invitations.profile_lines import profile_lines
from blacklight_api.limits import limited
from blacklight_api.onboarding import service
from blacklight_api.onboarding.access import OnboardingWork, onboarding_work
from blacklight_api.onboarding.schemas import OnboardingShown, ProfileShown
from blacklight_api.portal.cookies import Notice, set_cookie
from blacklight_api.portal.csrf import check_token_of
from blacklight_api.portal.forms import Form
from blacklight_api.portal.pages.candidates.profile_form import (
    BOXES,
    draft,
    education_rows,
    form_of,
    without_unseen,
)
from blacklight_api.portal.pages.resume_reading import follow_reading
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, public_page_router
from blacklight_api.problems import Problem, Unprocessable
from blacklight_api.roles.queries import names_of_roles
from blacklight_api.schemas import PathId
from blacklight_api.tenants.letterhead import letterhead_of

PATH = "/onboarding"
COOKIE = "blacklight_onboarding"
COOKIE_LIFETIME = timedelta(days=7)
"""Afterwards the link of the mail opens the page again, as long as it is good."""
STEPS = {"cv": "Your CV", "about": "About you", "work": "Your work", "check": "Check and send"}
"""By the last part of the step's address, in order."""

_TOKEN = re.compile(r"[A-Za-z0-9_\-]{1,200}")
"""What a cookie can hold; the tokens that we give out are such."""


async def _check_form(request: Request) -> None:
    if request.method != "POST":
        return
    if not _token(request):
        raise _closed(request)
    await check_token_of(request, csrf_token(_token(request)))


def _token(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _closed(request: Request) -> RefusedError:
    return RefusedError(page(request, "onboarding/closed.html", status=404))


router = public_page_router(PATH, dependencies=[Depends(_check_form)])

Candidate = Annotated[OnboardingWork, onboarding_work(_token, _closed)]


@router.get("")
async def open_link(request: Request, token: str | None = None) -> Response:
    """Take the token out of the address, and begin."""
    response = see_other(request, f"{PATH}/cv")
    if token is not None:
        if not _TOKEN.fullmatch(token):
            raise _closed(request)
        set_cookie(request, response, COOKIE, token, COOKIE_LIFETIME)
    return response


@router.get("/done")
async def show_done(request: Request) -> Response:
    """What happens now that everything is handed in."""
    return page(request, "onboarding/done.html")


@router.get("/cv")
async def show_cv(request: Request, work: Candidate) -> Response:
    """First step: files."""
    return await _step(request, work, "cv")


@router.post("/documents")
@limited(UPLOAD_LIMITS)
async def upload(request: Request, work: Candidate) -> Response:
    """Keep a file."""
    form = await Form.sent(request)
    kind = DocumentKind.RESUME if form.text("kind") == DocumentKind.RESUME else DocumentKind.OTHER
    try:
        stored = await service.upload(work, await read_upload(form.file()), kind)
    except Problem as problem:
        detail = " ".join(error.message for error in problem.errors) or problem.detail
        refused = Form(detail=detail)
        raise RefusedError(await _step(request, work, "cv", refused, problem.status)) from None
    return see_other(request, f"{PATH}/cv", Notice(f"{stored.filename} is saved."))


@router.get("/reading")
async def follow_resume(work: Candidate, gateway: TheGateway) -> EventSourceResponse:
    """Follow the reading of the CV that was uploaded."""
    return await follow_reading(gateway, work, work.invitation.id)


@router.post("/documents/{document_id}/delete")
async def delete_document(request: Request, document_id: PathId, work: Candidate) -> Response:
    """Forget a file."""
    await service.delete_document(work, document_id)
    return see_other(request, f"{PATH}/cv", Notice("The file is deleted."))


@router.get("/about")
async def show_about(request: Request, work: Candidate) -> Response:
    """Second step: the person."""
    return await _step(request, work, "about")


@router.post("/about")
async def save_about(request: Request, work: Candidate) -> Response:
    """Keep it, and go on."""
    return await _save(request, work, "about", "work")


@router.get("/work")
async def show_work(request: Request, work: Candidate) -> Response:
    """Third step: experience and wishes."""
    return await _step(request, work, "work")


@router.post("/work")
async def save_work(request: Request, work: Candidate) -> Response:
    """Keep it, and go on."""
    return await _save(request, work, "work", "check")


@router.get("/check")
async def show_check(request: Request, work: Candidate) -> Response:
    """Last step: everything at a glance."""
    return await _step(request, work, "check")


@router.post("/submit")
async def submit(request: Request, work: Candidate, gateway: TheGateway) -> Response:
    """Hand everything in; the link is used up."""
    shown = await service.show(work)
    try:
        await service.submit(work, LinkMaker.of(gateway))
    except Unprocessable as problem:
        refused = Form(detail=problem.errors[0].message)
        raise RefusedError(await _step(request, work, "check", refused, 422)) from None
    response = see_other(request, f"{PATH}/done", Notice(f"{shown.firm} has your profile now."))
    response.delete_cookie(COOKIE, path="/")
    return response


async def _save(request: Request, work: OnboardingWork, step: str, following: str) -> Response:
    form = await Form.sent(request, lists=BOXES)
    try:
        await service.save(work, without_unseen(draft(form), await _unseen(work, form)))
    except Problem as problem:
        refused = form.refused(problem)
        raise RefusedError(await _step(request, work, step, refused, 422)) from None
    wants_pause = form.text("then") == "pause"
    if wants_pause:
        return see_other(request, f"{PATH}/{step}", Notice(_PAUSED))
    return see_other(request, f"{PATH}/{following}")


async def _unseen(work: OnboardingWork, form: Form) -> set[str]:
    """Fields that a CV has filled while the person had the form before them, still empty."""
    seen = set(form.text("seen").split(","))
    shown = await service.show(work)
    filled = (one.filled_fields for one in shown.documents if str(one.id) not in seen)
    return {field for fields in filled for field in fields}


async def _step(
    request: Request,
    work: OnboardingWork,
    step: str,
    form: Form | None = None,
    status: int = 200,
) -> Response:
    shown = await service.show(work)
    known = await _known(work, shown)
    shown_form = form or form_of(known)
    return page(
        request,
        f"onboarding/{step}.html",
        status=status,
        onboarding=shown,
        letterhead=await letterhead_of(work.session, work.tenant),
        link={"csrf_token": csrf_token(_token(request))},
        steps=STEPS,
        step=step,
        form=shown_form,
        education_rows=education_rows(shown_form),
        fields=profile_lines(ProfileShown.model_validate(known), {}),
        from_resume=_from_resume(shown),
        # A form that is shown again keeps its blanks, so it still has not seen what filled them.
        seen=form.text("seen") if form else _read_so_far(shown),
    )


def _read_so_far(shown: OnboardingShown) -> str:
    return ",".join(str(one.id) for one in shown.documents if not one.is_being_read)


def _from_resume(shown: OnboardingShown) -> dict[str, str]:
    """What the CV has filled in and is still there, in words, by field."""
    filled = {field for document in shown.documents for field in document.filled_fields}
    return {
        line.fields[0]: line.label
        for line in profile_lines(shown.profile, {})
        if filled.intersection(line.fields)
    }


async def _known(work: OnboardingWork, shown: OnboardingShown) -> dict[str, Any]:
    """What is known of the person: as they have saved it, else as they were invited."""
    profile = shown.profile.model_dump()
    by_id = [role for role in shown.profile.preferred_roles if isinstance(role, int)]
    names = await names_of_roles(work.session, by_id)
    return profile | {
        "first_name": profile["first_name"] or shown.first_name,
        "last_name": profile["last_name"] or shown.last_name,
        "preferred_roles": [
            names.get(role, str(role)) if isinstance(role, int) else role
            for role in shown.profile.preferred_roles
        ],
    }


_PAUSED = "Saved. You can go on later: the link in your mail opens this page again."
