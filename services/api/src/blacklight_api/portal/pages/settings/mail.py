"""How the firm's mail looks, and by which server it goes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from blacklight_shared.models import DEFAULT_ACCENT_COLOR, SmtpSecurity
from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.mail_settings import service
from blacklight_api.mail_settings.schemas import (
    MAX_REMINDERS,
    MailSettings,
    MailSettingsShown,
    SmtpServer,
    TestMailRequest,
)
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Problem, Unprocessable
from blacklight_api.work import TenantWork, tenant_work

PATH = "/settings/mail"
MAX_REMINDER_DAYS = 30

router = portal_router(PATH)

Admin = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]

SECURITY_WORDS = [
    (SmtpSecurity.STARTTLS, "STARTTLS (mostly port 587)"),
    (SmtpSecurity.TLS, "TLS (mostly port 465)"),
    (SmtpSecurity.NONE, "None (only inside a network, without login)"),
]


@router.get("")
async def show_mail_settings(request: Request, work: Admin) -> Response:
    """The form."""
    return await _shown(request, work, Form())


@router.post("")
async def change_mail_settings(request: Request, work: Admin, gateway: TheGateway) -> Response:
    """Replace all of it."""
    form = await Form.sent(request)
    try:
        await service.replace(work, _wanted(form), gateway.secret_box)
    except Problem as problem:
        raise RefusedError(await _shown(request, work, form.refused(problem))) from None
    return see_other(request, PATH, Notice("Saved. Send a test mail to see how it looks."))


@router.post("/test")
async def send_test_mail(request: Request, work: Admin) -> Response:
    """Send a mail by these settings to an address, and go to where its fate is shown."""
    form = await Form.sent(request)
    try:
        wanted = form.read(TestMailRequest)
    except Problem as problem:
        raise RefusedError(await _shown(request, work, form.refused(problem))) from None
    mail = await service.send_test(work, wanted.to_email)
    return see_other(request, f"/mails/{mail.id}", Notice("The test mail is on its way."))


def _wanted(form: Form) -> MailSettings:
    color = form.text("accent_color").lower()
    server = _part(form, SmtpServer).read(SmtpServer) if form.text("host") else None
    return _part(form, MailSettings).read(
        MailSettings,
        accent_color=None if color in {"", DEFAULT_ACCENT_COLOR} else color,
        reminder_hours=_hours(form.text("reminder_days")),
        smtp=server,
    )


def _part(form: Form, model: type[MailSettings | SmtpServer]) -> Form:
    """The fields of a form that belong to a model."""
    fields = {name: form.values[name] for name in model.model_fields if name in form.values}
    return Form(values=fields)


def _hours(days: str) -> list[int]:
    """Hours for days that a person has written, such as "3, 1"."""
    given = days.replace(",", " ").split()
    allowed = {str(day) for day in range(1, MAX_REMINDER_DAYS + 1)}
    if len(given) > MAX_REMINDERS or not allowed.issuperset(given):
        raise Unprocessable(
            "reminder_days",
            f"Give at most {MAX_REMINDERS} numbers from 1 to {MAX_REMINDER_DAYS}, such as 3, 1.",
        )
    return [int(day) * 24 for day in given]


async def _shown(request: Request, work: TenantWork, form: Form) -> Response:
    settings = await service.show(work)
    return page(
        request,
        "settings/mail.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.detail else HTTPStatus.OK,
        form=form,
        settings=settings,
        values=_values(settings),
        securities=SECURITY_WORDS,
    )


def _values(settings: MailSettingsShown) -> dict[str, object]:
    server = settings.smtp
    return {
        "sender_name": settings.sender_name or "",
        "reply_to": settings.reply_to or "",
        "logo_url": settings.logo_url or "",
        "accent_color": settings.accent_color or DEFAULT_ACCENT_COLOR,
        "invitation_valid_days": settings.invitation_valid_days,
        "reminder_days": ", ".join(f"{hours / 24:g}" for hours in settings.reminder_hours),
        "host": server.host if server else "",
        "port": server.port if server else 587,
        "security": server.security if server else SmtpSecurity.STARTTLS,
        "username": (server.username if server else None) or "",
        "from_address": server.from_address if server else "",
    }
