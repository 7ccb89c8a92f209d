"""A person's own account: name, time zone, mails, password, and where they are signed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.responses import Response

from blacklight_api.accounts import queries, service
from blacklight_api.accounts.passwords import change_password
from blacklight_api.accounts.schemas import NotificationForm, PasswordChange, ProfileForm
from blacklight_api.auth.sessions import Viewer
from blacklight_api.gateway import TheGateway, gateway_of
from blacklight_api.portal.choices import time_zones
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router, viewer_of
from blacklight_api.problems import Problem
from blacklight_api.work import TenantWork, request_id

router = portal_router("/account")

PATH = "/account"

TheViewer = Annotated[Viewer, Depends(viewer_of)]


async def _own_work(request: Request, viewer: TheViewer) -> AsyncIterator[TenantWork]:
    """A person's account is theirs, whatever their role."""
    async with gateway_of(request).database.tenant_session(viewer.tenant_id) as session:
        yield TenantWork(session, viewer.principal, request_id(request), viewer.tenant_id)


Own = Annotated[TenantWork, Depends(_own_work, scope="function")]


@router.get("")
async def show_account(request: Request, work: Own, viewer: TheViewer) -> Response:
    """Everything on one page."""
    return await _shown(request, work, viewer)


@router.post("/profile")
async def change_profile(
    request: Request, work: Own, viewer: TheViewer, gateway: TheGateway
) -> Response:
    """Change name and time zone."""
    form = await Form.sent(request)
    try:
        wanted = form.read(ProfileForm)
        await service.change(work, gateway.sessions, viewer.user_id, wanted)
    except Problem as problem:
        raise RefusedError(
            await _shown(request, work, viewer, profile=form.refused(problem))
        ) from None
    return see_other(request, PATH, Notice("Saved."))


@router.post("/notifications")
async def change_notifications(
    request: Request, work: Own, viewer: TheViewer, gateway: TheGateway
) -> Response:
    """Choose which mails come."""
    form = await Form.sent(request)
    wanted = NotificationForm(wants_daily_stats=bool(form.text("wants_daily_stats")))
    await service.change(work, gateway.sessions, viewer.user_id, wanted)
    return see_other(request, PATH, Notice("Saved."))


@router.post("/password")
async def change_own_password(
    request: Request, work: Own, viewer: TheViewer, gateway: TheGateway
) -> Response:
    """Replace the password by one who knows it."""
    form = await Form.sent(request)
    try:
        wanted = form.read(PasswordChange)
        await change_password(work, gateway.database, gateway.sessions, viewer, wanted)
    except Problem as problem:
        raise RefusedError(
            await _shown(request, work, viewer, password=form.refused(problem))
        ) from None
    notice = Notice("Your password is changed. You are signed out everywhere else.")
    return see_other(request, PATH, notice)


async def _shown(
    request: Request,
    work: TenantWork,
    viewer: Viewer,
    *,
    profile: Form | None = None,
    password: Form | None = None,
) -> Response:
    user = await service.own(work, viewer.user_id)
    is_refused = bool(profile or password)
    return page(
        request,
        "account/account.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK,
        user=user,
        profile=profile or Form(),
        password=password or Form(),
        sessions=await queries.list_sessions(work.session, viewer.user_id),
        time_zones=[("", "The firm's"), *time_zones()],
    )
