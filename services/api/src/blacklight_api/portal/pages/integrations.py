"""Mailboxes: connecting them, how they are read, and what was found in them."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.integrations import ConsentProblem
from blacklight_shared.models import EmailMessageStatus, MailboxProviderName
from fastapi import Depends, Query, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from blacklight_api.auth.principal import Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.auth.sessions import Viewer
from blacklight_api.gateway import TheGateway
from blacklight_api.integrations import connecting, service
from blacklight_api.integrations.access import find_visible
from blacklight_api.integrations.endpoints import set_connect_cookie
from blacklight_api.integrations.queries import IntegrationFilter
from blacklight_api.integrations.reading import Reading, find_reading, latest_run_id
from blacklight_api.integrations.schemas import (
    MAX_SYNC_FREQUENCY_MINUTES,
    MIN_SYNC_FREQUENCY_MINUTES,
    ConnectRequest,
    IntegrationShown,
    IntegrationUpdate,
)
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.formatting import plural
from blacklight_api.portal.forms import Form, FormRefused
from blacklight_api.portal.live import LiveProgress, follow
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router, viewer_of
from blacklight_api.schemas import MAX_ROW_ID, PathId
from blacklight_api.users.queries import names_of_users
from blacklight_api.work import TenantWork, caller, request_id, tenant_work

PATH = "/integrations"

router = portal_router(PATH)

Reader = Annotated[TenantWork, tenant_work(Scope.INTEGRATIONS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.INTEGRATIONS_WRITE)]
Writing = Annotated[Principal, caller(Scope.INTEGRATIONS_WRITE)]
TheViewer = Annotated[Viewer, Depends(viewer_of)]
RunId = Annotated[int, Query(ge=0, le=MAX_ROW_ID)]

PROVIDER_NAMES = {MailboxProviderName.GMAIL: "Gmail", MailboxProviderName.OUTLOOK: "Outlook"}


@router.get("")
async def show_integrations(
    request: Request,
    work: Reader,
    gateway: TheGateway,
    requested: RequestedPage,
    integration_id: int | None = None,
    connect_error: str | None = None,
) -> Response:
    """The mailboxes; the provider's consent page leads back here."""
    if integration_id is not None:
        notice = Notice("The mailbox is connected and being read for the first time.")
        return see_other(request, PATH, notice)
    if connect_error is not None:
        return see_other(request, PATH, Notice(_why_not_connected(connect_error), "failed"))
    found = await service.page(work, IntegrationFilter(), requested)
    return page(
        request,
        "integrations/list.html",
        integrations=found.items,
        next_cursor=found.next_cursor,
        owners=await names_of_users(work.session, {one.user_id for one in found.items}),
        providers={name: PROVIDER_NAMES[name] for name in gateway.mailbox_providers},
        provider_names=PROVIDER_NAMES,
    )


@router.post("/connect/{provider}")
async def connect(
    request: Request,
    provider: MailboxProviderName,
    _principal: Writing,
    viewer: TheViewer,
    gateway: TheGateway,
) -> Response:
    """Begin to connect a mailbox; a link leads to the provider's consent page.

    A link and no redirect: our policy lets forms lead to our own pages only.
    """
    wanted = ConnectRequest(provider=provider, return_to=PATH)
    begun = await connecting.begin(gateway, viewer.principal, viewer.tenant_id, wanted)
    response = page(
        request,
        "integrations/connect.html",
        provider=PROVIDER_NAMES[provider],
        authorization_url=begun.authorization_url,
    )
    is_secure = gateway.settings.is_https
    set_connect_cookie(response, begun, is_secure=is_secure)
    return response


@router.get("/{integration_id}")
async def show_mails(
    request: Request,
    integration_id: PathId,
    work: Reader,
    requested: RequestedPage,
    status: Annotated[list[EmailMessageStatus], Query()] = [],  # noqa: B006 -- FastAPI copies it
    reading_after: RunId | None = None,
) -> Response:
    """One mailbox: its mails, what was found in them, and why some were skipped."""
    found = await service.messages(work, integration_id, status, requested)
    return await _mailbox_page(
        request,
        work,
        integration_id,
        "integrations/mails.html",
        reading_after=reading_after,
        messages=found.items,
        next_cursor=found.next_cursor,
        chosen=status,
    )


@router.get("/{integration_id}/history")
async def show_history(
    request: Request, integration_id: PathId, work: Reader, requested: RequestedPage
) -> Response:
    """One mailbox: when it was read."""
    found = await service.sync_runs(work, integration_id, requested)
    return await _mailbox_page(
        request,
        work,
        integration_id,
        "integrations/history.html",
        runs=found.items,
        next_cursor=found.next_cursor,
    )


@router.get("/{integration_id}/settings")
async def show_settings(request: Request, integration_id: PathId, work: Writer) -> Response:
    """One mailbox: how often it is read, and the way out."""
    return await _settings_page(request, work, integration_id, Form())


@router.post("/{integration_id}/settings")
async def save_settings(request: Request, integration_id: PathId, work: Writer) -> Response:
    """Change how often a mailbox is read."""
    form = await Form.sent(request)
    try:
        wanted = form.read(IntegrationUpdate)
    except FormRefused as problem:
        refused = form.refused(problem)
        raise RefusedError(
            await _settings_page(request, work, integration_id, refused, status=422)
        ) from None
    await service.update(work, integration_id, wanted)
    return see_other(request, f"{PATH}/{integration_id}/settings", Notice("Saved."))


@router.get("/{integration_id}/progress")
async def follow_reading(
    integration_id: PathId, work: Reader, gateway: TheGateway, after: RunId = 0
) -> EventSourceResponse:
    """How the reading goes that began after another one, live."""

    async def look(work: TenantWork) -> LiveProgress:
        await find_visible(work, integration_id)
        reading = await find_reading(work.session, integration_id, after=after)
        return LiveProgress(
            percent=reading.percent, message=_reading_words(reading), done=reading.is_done
        )

    return await follow(gateway, work, look)


@router.post("/{integration_id}/sync")
async def sync_now(request: Request, integration_id: PathId, work: Writer) -> Response:
    """Have a mailbox read now."""
    newest = await latest_run_id(work.session, integration_id)
    await service.request_sync(work, integration_id)
    return see_other(request, f"{PATH}/{integration_id}?reading_after={newest}")


@router.post("/{integration_id}/pause")
async def pause(request: Request, integration_id: PathId, work: Writer) -> Response:
    """Read a mailbox no more until it is resumed."""
    await service.pause(work, integration_id)
    return see_other(request, f"{PATH}/{integration_id}", Notice("Paused. Nothing is read."))


@router.post("/{integration_id}/resume")
async def resume(request: Request, integration_id: PathId, work: Writer) -> Response:
    """Read a mailbox again."""
    await service.resume(work, integration_id)
    return see_other(request, f"{PATH}/{integration_id}", Notice("The mailbox is read again."))


@router.post("/{integration_id}/disconnect")
async def disconnect(
    request: Request,
    integration_id: PathId,
    _principal: Writing,
    viewer: TheViewer,
    gateway: TheGateway,
) -> Response:
    """Give the access back; what was found stays."""
    ended = await service.disconnect(
        gateway, viewer.principal, viewer.tenant_id, request_id(request), integration_id
    )
    told = "Disconnected. Blacklight can no longer open the mailbox; found postings stay."
    if not ended.revoked_at_provider:
        told += " You may also remove Blacklight from the apps of your mail account."
    return see_other(request, PATH, Notice(told))


async def _mailbox_page(
    request: Request,
    work: TenantWork,
    integration_id: int,
    template: str,
    *,
    status: int = 200,
    reading_after: int | None = None,
    **more: object,
) -> Response:
    integration = IntegrationShown.model_validate(await find_visible(work, integration_id))
    reading = None
    if reading_after is not None:
        reading = await find_reading(work.session, integration_id, after=reading_after)
    owners = await names_of_users(work.session, {integration.user_id})
    return page(
        request,
        template,
        status=status,
        integration=integration,
        owner=owners.get(integration.user_id, ""),
        provider=PROVIDER_NAMES[integration.provider],
        reading_after=reading_after,
        reading=reading if reading and not reading.is_done else None,
        reading_words=_reading_words(reading) if reading else "",
        **more,
    )


async def _settings_page(
    request: Request, work: TenantWork, integration_id: int, form: Form, status: int = 200
) -> Response:
    return await _mailbox_page(
        request,
        work,
        integration_id,
        "integrations/settings.html",
        status=status,
        form=form,
        limits={"min": MIN_SYNC_FREQUENCY_MINUTES, "max": MAX_SYNC_FREQUENCY_MINUTES},
    )


def _reading_words(reading: Reading) -> str:
    if reading.status is None:
        return "Waiting for the mailbox to be opened…"
    found = plural(reading.found, "new mail")
    if reading.is_done:
        return f"Read: {found}."
    if reading.waiting:
        return f"{found} found, {plural(reading.waiting, 'mail')} left to look into…"
    return f"Looking for mails… {found} so far."


def _why_not_connected(problem: str) -> str:
    known = next((one for one in ConsentProblem if one == problem), None)
    return known.words if known else "The mailbox was not connected. Try once more."
