"""The firm: its name, time zone, language and logo."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.limits import limited
from blacklight_api.portal.choices import locales, time_zones, with_current
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Problem
from blacklight_api.tenants import service
from blacklight_api.tenants.logos import LOGO_LIMITS, find_logo, remove_logo, set_logo
from blacklight_api.tenants.schemas import TenantPatch
from blacklight_api.work import TenantWork, tenant_work

PATH = "/settings"

router = portal_router(PATH)

Admin = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]


@router.get("")
async def show_firm(request: Request, work: Admin) -> Response:
    """The form."""
    return await _shown(request, work, Form())


@router.post("")
async def change_firm(request: Request, work: Admin) -> Response:
    """Change name, time zone or language."""
    form = await Form.sent(request)
    try:
        await service.change(work, work.tenant_id, form.read(TenantPatch))
    except Problem as problem:
        raise RefusedError(await _shown(request, work, form.refused(problem))) from None
    return see_other(request, PATH, Notice("Saved."))


@router.post("/logo")
@limited(LOGO_LIMITS)
async def change_logo(request: Request, work: Admin) -> Response:
    """Show another logo."""
    form = await Form.sent(request)
    try:
        await set_logo(work, form.file())
    except Problem as problem:
        error = problem.errors[0].message if problem.errors else problem.detail
        refused = Form(errors={"file": error}, detail=error)
        raise RefusedError(await _shown(request, work, Form(), logo_form=refused)) from None
    return see_other(request, PATH, Notice("Mails and public pages show this logo now."))


@router.post("/logo/remove")
async def take_logo_away(request: Request, work: Admin) -> Response:
    """Show the firm's name instead."""
    await remove_logo(work)
    return see_other(request, PATH, Notice("Mails and public pages show the firm's name now."))


async def _shown(
    request: Request, work: TenantWork, form: Form, *, logo_form: Form | None = None
) -> Response:
    is_refused = bool(form.detail or logo_form)
    firm = await service.find(work, work.tenant_id)
    return page(
        request,
        "settings/firm.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK,
        form=form,
        logo_form=logo_form or Form(),
        logo=await find_logo(work.session),
        firm=firm,
        time_zones=with_current(time_zones(), firm.time_zone),
        locales=with_current(locales(), firm.locale),
    )
