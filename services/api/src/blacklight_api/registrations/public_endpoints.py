"""HTTP endpoints of the public form; nothing but its key and the request's id opens them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from blacklight_shared.models import Registration
from fastapi import APIRouter, Header

from blacklight_api.gateway import Gateway, TheGateway
from blacklight_api.problems import problem_responses
from blacklight_api.registrations.schemas import (
    RegistrationAccepted,
    RegistrationCreate,
    RegistrationProgressShown,
)
from blacklight_api.registrations.submitting import find_status, read_submission, submit
from blacklight_api.routing import PublicRoute

router = APIRouter(tags=["registrations"], route_class=PublicRoute)

_NO_KEY: dict[str, object] = {"security": []}

IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="The same request may be sent again under it, and makes one registration.",
    ),
]


@router.post(
    "/registrations",
    status_code=202,
    responses=problem_responses(409),
    openapi_extra=_NO_KEY,
)
async def register_company(
    wanted: RegistrationCreate, gateway: TheGateway, idempotency_key: IdempotencyKey = None
) -> RegistrationAccepted:
    """Register a company; it is looked at in the background.

    The key of the form says with which firm. The same content, sent again within a day, is taken
    for a repetition and gives the same answer.
    """
    return RegistrationAccepted.model_validate(await _submitted(wanted, gateway, idempotency_key))


@router.post(
    "/register",
    status_code=202,
    responses=problem_responses(409),
    openapi_extra=_NO_KEY,
)
async def register(
    wanted: RegistrationCreate, gateway: TheGateway, idempotency_key: IdempotencyKey = None
) -> RegistrationAccepted:
    """Register a company: another name of `POST /registrations`."""
    return RegistrationAccepted.model_validate(await _submitted(wanted, gateway, idempotency_key))


@router.get("/register/{request_id}", openapi_extra=_NO_KEY)
async def get_registration_status(
    request_id: UUID, gateway: TheGateway
) -> RegistrationProgressShown:
    """Get how far the analysis of one's own registration has come, and nothing else of it."""
    return RegistrationProgressShown.model_validate(await find_status(gateway.database, request_id))


async def _submitted(
    wanted: RegistrationCreate, gateway: Gateway, idempotency_key: str | None
) -> Registration:
    return await submit(
        gateway.database,
        wanted.form_key,
        read_submission(wanted, gateway.settings.destinations),
        idempotency_key=idempotency_key,
        repeat_window=gateway.settings.registration_repeat_window,
    )
