"""The public form by which a company registers with a firm, and how far its analysis has come."""

from __future__ import annotations

from uuid import UUID

from blacklight_shared.models import Registration, RegistrationStatus
from fastapi import Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from blacklight_api.gateway import TheGateway
from blacklight_api.portal.forms import Form
from blacklight_api.portal.live import LiveProgress, live
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, public_page_router
from blacklight_api.problems import Problem
from blacklight_api.registrations.schemas import RegistrationCreate
from blacklight_api.registrations.submitting import (
    find_owner,
    find_status,
    read_submission,
    submit,
)
from blacklight_api.tenants.letterhead import Letterhead

PATH = "/register"
_ENDED = frozenset({RegistrationStatus.COMPLETED, RegistrationStatus.FAILED})

router = public_page_router(PATH)


@router.get("/{form_key}")
async def show_form(request: Request, form_key: str, gateway: TheGateway) -> Response:
    """The form."""
    return _form_page(request, await find_owner(gateway.database, form_key), Form())


@router.post("/{form_key}")
async def register(request: Request, form_key: str, gateway: TheGateway) -> Response:
    """Take a registration; the same content again is taken for a repetition."""
    owner = await find_owner(gateway.database, form_key)
    form = await Form.sent(request)
    try:
        wanted = form.read(RegistrationCreate, form_key=form_key)
        registration = await submit(
            gateway.database,
            form_key,
            read_submission(wanted, gateway.settings.destinations),
            idempotency_key=None,
            repeat_window=gateway.settings.registration_repeat_window,
        )
    except Problem as problem:
        refused = form.refused(problem)
        raise RefusedError(_form_page(request, owner, refused, problem.status)) from None
    return see_other(request, f"{PATH}/{form_key}/{registration.request_id}")


@router.get("/{form_key}/{request_id}")
async def show_status(
    request: Request, form_key: str, request_id: UUID, gateway: TheGateway
) -> Response:
    """What happens with the registration."""
    owner = await find_owner(gateway.database, form_key)
    registration = await find_status(gateway.database, request_id)
    return page(
        request,
        "registering/status.html",
        letterhead=owner,
        progress=_progress(registration),
        progress_path=f"{request.url.path}/progress",
    )


@router.get("/{form_key}/{request_id}/progress")
async def follow_status(request_id: UUID, gateway: TheGateway) -> EventSourceResponse:
    """How far the analysis has come, live."""
    await find_status(gateway.database, request_id)

    async def look() -> LiveProgress:
        return _progress(await find_status(gateway.database, request_id))

    return live(look)


def _form_page(request: Request, owner: Letterhead, form: Form, status: int = 200) -> Response:
    return page(
        request,
        "registering/form.html",
        status=status,
        letterhead=owner,
        form=form,
    )


def _progress(registration: Registration) -> LiveProgress:
    is_done = registration.status in _ENDED
    # What went wrong concerns the firm, not who registered.
    words = "Your registration has arrived." if is_done else registration.message
    return LiveProgress(percent=registration.percent, message=words, done=is_done)
