"""HTTP endpoints of registrations for recruiters, and of the forms that take them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from blacklight_shared.models import RegistrationStatus
from fastapi import Query, Request
from sse_starlette import EventSourceResponse

from blacklight_api.auth.principal import Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import gateway_of
from blacklight_api.imports.queries import batch_document
from blacklight_api.imports.schemas import Batch
from blacklight_api.limits import RequestLimits, limited
from blacklight_api.pagination import IdKey, Page, RequestedPage
from blacklight_api.problems import Forbidden, problem_responses
from blacklight_api.registrations import queries, service
from blacklight_api.registrations.positions import import_found
from blacklight_api.registrations.schemas import (
    REGISTRATION_EVENT,
    FormCreate,
    FormShown,
    RegistrationAccepted,
    RegistrationDetail,
    RegistrationProgressShown,
    RegistrationShown,
)
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId
from blacklight_api.watching import watch
from blacklight_api.work import TenantWork, caller, tenant_work
from blacklight_api.work import request_id as http_request_id

router = gateway_router("/registrations", "registrations")
form_router = gateway_router("/registration-forms", "registrations")

Reader = Annotated[TenantWork, tenant_work(Scope.REGISTRATIONS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.REGISTRATIONS_WRITE)]
Importer = Annotated[Principal, caller(Scope.JOBS_IMPORT)]
SettingsReader = Annotated[TenantWork, tenant_work(Scope.SETTINGS_READ)]
SettingsWriter = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]

_ENDED = frozenset({RegistrationStatus.COMPLETED, RegistrationStatus.FAILED})


@router.get("")
async def list_registrations(
    work: Reader,
    requested: RequestedPage,
    status: Annotated[RegistrationStatus | None, Query(description="Only those.")] = None,
) -> Page[RegistrationShown]:
    """List registrations, the newest first."""
    rows = await queries.list_registrations(
        work.session, status=status, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(
        rows, item=RegistrationShown.model_validate, key=lambda row: IdKey(id=row.id)
    )


@router.get("/{request_id}")
async def get_registration(request_id: UUID, work: Reader) -> RegistrationDetail:
    """Get one registration: status, progress, and the last finished dossier."""
    return await service.show(work, request_id)


@router.delete("/{request_id}", status_code=204)
async def delete_registration(request_id: UUID, work: Writer) -> None:
    """Delete a registration with everything found out for it; imported postings stay."""
    await service.delete(work, request_id)


@router.post("/{request_id}/rerun", status_code=202, responses=problem_responses(409))
async def rerun_registration(request_id: UUID, work: Writer) -> RegistrationAccepted:
    """Have the company looked at again; the dossier stays until the new one is finished."""
    return RegistrationAccepted.model_validate(await service.analyse_again(work, request_id))


@router.post("/{request_id}/import-positions", status_code=202, responses=problem_responses(409))
@limited(RequestLimits(has_timeout=False))
async def import_registration_positions(
    request_id: UUID, importer: Importer, request: Request
) -> Batch:
    """Import the open positions of the dossier as postings that only the tenant sees.

    They go through the ordinary import; what was imported before is recognised.
    """
    if importer.tenant_id is None:
        raise Forbidden("This needs a key of a tenant; the platform's keys act for none.")
    database = gateway_of(request).database
    batch_key = await import_found(
        database, importer, importer.tenant_id, request_id, http_request_id(request)
    )
    async with database.tenant_session(importer.tenant_id) as session:
        return await batch_document(session, batch_key)


@router.get(
    "/{request_id}/events",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Events `progress` at each change and `end` at the last, each with the"
            " progress as data.",
            "content": {"text/event-stream": {"schema": REGISTRATION_EVENT}},
        }
    },
)
async def follow_registration(
    request_id: UUID, work: Reader, request: Request
) -> EventSourceResponse:
    """Follow an analysis live, as server-sent events."""
    await queries.get_registration(work.session, request_id)
    database = gateway_of(request).database

    async def look() -> RegistrationProgressShown:
        async with database.tenant_session(work.tenant_id) as session:
            registration = await queries.get_registration(session, request_id)
        return RegistrationProgressShown.model_validate(registration)

    return EventSourceResponse(watch(look, has_ended=lambda shown: shown.status in _ENDED))


@form_router.get("")
async def list_registration_forms(
    work: SettingsReader, requested: RequestedPage
) -> Page[FormShown]:
    """List the forms, the newest first."""
    rows = await queries.list_forms(
        work.session, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=FormShown.model_validate, key=lambda row: IdKey(id=row.id))


@form_router.post("", status_code=201)
async def create_registration_form(wanted: FormCreate, work: SettingsWriter) -> FormShown:
    """Make a form; its key goes into the web page that shows it."""
    return FormShown.model_validate(await service.add_form(work, wanted.name))


@form_router.delete("/{form_id}", status_code=204)
async def revoke_registration_form(form_id: PathId, work: SettingsWriter) -> None:
    """Let a form take no more registrations; those that came by it stay."""
    await service.revoke_form(work, form_id)
