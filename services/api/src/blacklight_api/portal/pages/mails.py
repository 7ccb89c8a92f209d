"""Mails: the log, one mail with what it says, sending it again, and addresses that get none."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from blacklight_shared.models import UNFINISHED_MAIL_STATUSES, MailStatus, MailTemplate
from fastapi import Query, Request
from fastapi.responses import HTMLResponse, Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.mails import service
from blacklight_api.mails.queries import MailFilter
from blacklight_api.mails.schemas import SuppressionCreate
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import NotFound, Problem
from blacklight_api.schemas import PathId, SearchText
from blacklight_api.work import TenantWork, tenant_work

PATH = "/mails"
SUPPRESSIONS_PATH = f"{PATH}/suppressions"

router = portal_router(PATH)

Reader = Annotated[TenantWork, tenant_work(Scope.MAILS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.MAILS_WRITE)]

# Styles of mails are written into their elements.
_PREVIEW_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline';"
    " img-src https: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
    "X-Frame-Options": "SAMEORIGIN",
}


@router.get("")
async def show_mails(
    request: Request,
    work: Reader,
    requested: RequestedPage,
    status: Annotated[list[MailStatus], Query()] = [],  # noqa: B006 -- FastAPI copies it
    template: Annotated[MailTemplate | None, Query()] = None,
    recipient: SearchText | None = None,
) -> Response:
    """The log, with its filters."""
    address = recipient.lower() if recipient else None
    found = await service.page(work, MailFilter(status, template, address), requested)
    return page(
        request,
        "mails/list.html",
        mails=found.items,
        next_cursor=found.next_cursor,
        chosen=status,
        templates=list(MailTemplate),
        kind=template or "",
        recipient=recipient or "",
    )


@router.get("/suppressions")
async def show_suppressions(request: Request, work: Reader, requested: RequestedPage) -> Response:
    """The addresses that get no mail."""
    return await _suppressions(request, work, requested, Form())


@router.post("/suppressions")
async def add_suppression(request: Request, work: Writer, requested: RequestedPage) -> Response:
    """Send no more mail to an address."""
    form = await Form.sent(request)
    try:
        wanted = form.read(SuppressionCreate)
    except Problem as problem:
        refused = form.refused(problem)
        raise RefusedError(await _suppressions(request, work, requested, refused)) from None
    await service.suppress(work, wanted.email)
    return see_other(request, SUPPRESSIONS_PATH, Notice(f"{wanted.email} gets no more mail."))


@router.post("/suppressions/{suppression_id}/delete")
async def delete_suppression(request: Request, suppression_id: PathId, work: Writer) -> Response:
    """Send mail to an address again."""
    await service.allow(work, suppression_id)
    return see_other(request, SUPPRESSIONS_PATH, Notice("The address gets mail again."))


@router.get("/{mail_id}")
async def show_mail(request: Request, mail_id: PathId, work: Reader) -> Response:
    """One mail: what it says, and what became of it."""
    mail = await service.find(work, mail_id)
    response = page(
        request,
        "mails/one.html",
        mail=mail,
        is_unfinished=mail.status in UNFINISHED_MAIL_STATUSES,
    )
    response.headers["Content-Security-Policy"] += "; frame-src 'self'"
    return response


@router.get("/{mail_id}/preview")
async def show_preview(mail_id: PathId, work: Reader) -> Response:
    """What a mail says, for the frame of its page: it can run nothing and lead nowhere.

    Raises:
        NotFound: There is no such mail, or it was not written yet.
    """
    mail = await service.find(work, mail_id)
    if mail.body_html is None:
        raise NotFound("mail")
    return HTMLResponse(mail.body_html, headers=_PREVIEW_HEADERS)


@router.post("/{mail_id}/resend")
async def resend_mail(request: Request, mail_id: PathId, work: Writer) -> Response:
    """Send it once more, with what is true now."""
    again = await service.resend(work, mail_id)
    return see_other(request, f"{PATH}/{again.id}", Notice("The mail is being sent once more."))


async def _suppressions(
    request: Request, work: TenantWork, requested: RequestedPage, form: Form
) -> Response:
    found = await service.suppressions(work, None, requested)
    return page(
        request,
        "mails/suppressions.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.detail else HTTPStatus.OK,
        form=form,
        suppressions=found.items,
        next_cursor=found.next_cursor,
    )
