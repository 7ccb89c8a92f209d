"""Companies that registered: what was found out about them, and the forms that take them."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from blacklight_shared.models import RegistrationStatus
from blacklight_shared.registrations import FAILURE_WORDS
from fastapi import Depends, Query, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from blacklight_api.auth.principal import Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.auth.sessions import Viewer
from blacklight_api.gateway import TheGateway
from blacklight_api.limits import RequestLimits, limited
from blacklight_api.pagination import IdKey, RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form, FormRefused
from blacklight_api.portal.live import LiveProgress, follow
from blacklight_api.portal.pages.imports.batches import batch_path
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router, viewer_of
from blacklight_api.registrations import queries, service
from blacklight_api.registrations.positions import import_found
from blacklight_api.registrations.schemas import FormCreate, FormShown, RegistrationShown
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, caller, tenant_work
from blacklight_api.work import request_id as http_request_id

PATH = "/registrations"
FORMS_PATH = f"{PATH}/forms"

router = portal_router(PATH)

Reader = Annotated[TenantWork, tenant_work(Scope.REGISTRATIONS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.REGISTRATIONS_WRITE)]
Importer = Annotated[Principal, caller(Scope.JOBS_IMPORT)]
SettingsReader = Annotated[TenantWork, tenant_work(Scope.SETTINGS_READ)]
SettingsWriter = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]
TheViewer = Annotated[Viewer, Depends(viewer_of)]

_ENDED = frozenset({RegistrationStatus.COMPLETED, RegistrationStatus.FAILED})


@router.get("")
async def show_registrations(
    request: Request,
    work: Reader,
    requested: RequestedPage,
    status: Annotated[RegistrationStatus | None, Query()] = None,
) -> Response:
    """The list, with its filter."""
    rows = await queries.list_registrations(
        work.session, status=status, after=requested.after(IdKey), limit=requested.limit + 1
    )
    found = requested.page(
        rows, item=RegistrationShown.model_validate, key=lambda row: IdKey(id=row.id)
    )
    return page(
        request,
        "registrations/list.html",
        registrations=found.items,
        next_cursor=found.next_cursor,
        chosen=status,
    )


@router.get("/forms")
async def show_forms(request: Request, work: SettingsReader, requested: RequestedPage) -> Response:
    """The forms that take registrations."""
    return await _forms_page(request, work, requested, Form())


@router.post("/forms")
async def add_form(request: Request, work: SettingsWriter, requested: RequestedPage) -> Response:
    """Make a form."""
    form = await Form.sent(request)
    try:
        wanted = form.read(FormCreate)
    except FormRefused as problem:
        refused = await _forms_page(request, work, requested, form.refused(problem), status=422)
        raise RefusedError(refused) from None
    await service.add_form(work, wanted.name)
    return see_other(request, FORMS_PATH, Notice("The form is there. Share its address."))


@router.post("/forms/{form_id}/revoke")
async def revoke_form(request: Request, form_id: PathId, work: SettingsWriter) -> Response:
    """Let a form take no more registrations."""
    await service.revoke_form(work, form_id)
    return see_other(request, FORMS_PATH, Notice("The form takes no more registrations."))


@router.get("/{registration_id}")
async def show_registration(request: Request, registration_id: UUID, work: Reader) -> Response:
    """One company: how far the analysis has come, and the dossier."""
    registration = await service.show(work, registration_id)
    return page(
        request,
        "registrations/one.html",
        registration=registration,
        dossier=registration.dossier,
        is_under_way=registration.status not in _ENDED,
        failure_words=FAILURE_WORDS,
    )


@router.get("/{registration_id}/progress")
async def follow_registration(
    registration_id: UUID, work: Reader, gateway: TheGateway
) -> EventSourceResponse:
    """How far an analysis has come, live."""

    async def look(work: TenantWork) -> LiveProgress:
        found = await queries.get_registration(work.session, registration_id)
        return LiveProgress(
            percent=found.percent, message=found.message, done=found.status in _ENDED
        )

    return await follow(gateway, work, look)


@router.post("/{registration_id}/rerun")
async def rerun(request: Request, registration_id: UUID, work: Writer) -> Response:
    """Have the company looked at again."""
    await service.analyse_again(work, registration_id)
    return see_other(request, f"{PATH}/{registration_id}")


@router.post("/{registration_id}/import-positions")
@limited(RequestLimits(has_timeout=False))
async def import_positions(
    request: Request,
    registration_id: UUID,
    importer: Importer,
    viewer: TheViewer,
    gateway: TheGateway,
) -> Response:
    """Import the open positions that were found, and go to where the import is followed.

    Those that are known already are recognised.
    """
    batch_key = await import_found(
        gateway.database, importer, viewer.tenant_id, registration_id, http_request_id(request)
    )
    return see_other(request, batch_path(batch_key), Notice("The positions are being imported."))


@router.post("/{registration_id}/delete")
async def delete(request: Request, registration_id: UUID, work: Writer) -> Response:
    """Delete a registration with everything found out for it."""
    await service.delete(work, registration_id)
    return see_other(request, PATH, Notice("Deleted. Imported postings stay."))


async def _forms_page(
    request: Request, work: TenantWork, requested: RequestedPage, form: Form, status: int = 200
) -> Response:
    rows = await queries.list_forms(
        work.session, after=requested.after(IdKey), limit=requested.limit + 1
    )
    found = requested.page(rows, item=FormShown.model_validate, key=lambda row: IdKey(id=row.id))
    return page(
        request,
        "registrations/forms.html",
        status=status,
        forms=found.items,
        next_cursor=found.next_cursor,
        form=form,
        address=f"{request.app.state.gateway.settings.public_url}/register",
    )
