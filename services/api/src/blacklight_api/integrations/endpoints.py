"""HTTP endpoints of mailboxes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlencode

from blacklight_shared.integrations import ConsentError
from blacklight_shared.models import EmailMessageStatus, IntegrationStatus, MailboxProviderName
from fastapi import APIRouter, Query, Request, Response, Security
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.security import APIKeyCookie
from pydantic import BaseModel, ConfigDict, Field

from blacklight_api.auth.principal import Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.integrations import connecting, service
from blacklight_api.integrations.access import find_visible
from blacklight_api.integrations.connecting import CALLBACK_PATH, STATE_LIFETIME, Ended
from blacklight_api.integrations.queries import IntegrationFilter
from blacklight_api.integrations.schemas import (
    ConnectRequest,
    ConnectStarted,
    Disconnected,
    IntegrationShown,
    IntegrationUpdate,
    MessageShown,
    SyncRunShown,
)
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.portal.mailbox_return import MailboxReturnRoute
from blacklight_api.problems import Conflict, Forbidden, problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId, RowId
from blacklight_api.work import TenantWork, caller, request_id, tenant_work

CONNECT_COOKIE = "blacklight_connect"

router = gateway_router("/integrations", "integrations")
callback_router = APIRouter(
    prefix="/integrations", tags=["integrations"], route_class=MailboxReturnRoute
)

Reader = Annotated[TenantWork, tenant_work(Scope.INTEGRATIONS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.INTEGRATIONS_WRITE)]
WritingCaller = Annotated[Principal, caller(Scope.INTEGRATIONS_WRITE)]

_cookie = APIKeyCookie(
    name=CONNECT_COOKIE,
    scheme_name="Connect cookie",
    description="Set when a connection is begun; only that browser can finish it.",
    auto_error=False,
)


class ProviderAnswer(BaseModel):
    """The query that a provider sends the browser back with (RFC 6749, section 4.1.2)."""

    model_config = ConfigDict(extra="ignore")

    state: str = Field(min_length=1, max_length=200)
    code: str | None = Field(default=None, max_length=4_000)
    error: str | None = Field(default=None, max_length=200)
    error_description: str | None = Field(default=None, max_length=4_000)
    client_info: str | None = Field(default=None, max_length=1_000)


@router.post("/connections", status_code=201, responses=problem_responses(409))
async def connect(
    wanted: ConnectRequest,
    principal: WritingCaller,
    gateway: TheGateway,
    response: Response,
) -> ConnectStarted:
    """Begin to connect a mailbox: open `authorization_url` in the browser that got the cookie.

    The person says yes or no at the provider, which sends the browser back here within ten minutes.
    The mailbox is then read at once. The last connection that a browser began is the one it can
    finish.
    """
    tenant_id = _tenant_of(principal)
    begun = await connecting.begin(gateway, principal, tenant_id, wanted)
    set_connect_cookie(response, begun, is_secure=gateway.settings.is_https)
    return ConnectStarted(authorization_url=begun.authorization_url, expires_at=begun.expires_at)


@callback_router.get(
    "/callback",
    responses=problem_responses(404, 409)
    | {303: {"description": "To `return_to`, where it was given."}},
    response_model=IntegrationShown,
)
async def finish_connection(
    request: Request,
    answer: Annotated[ProviderAnswer, Query()],
    gateway: TheGateway,
    session_secret: Annotated[str | None, Security(_cookie)],
) -> Response:
    """Finish to connect a mailbox; providers send the browser here."""
    fields = answer.model_dump(exclude_none=True)
    ended = await connecting.finish(gateway, fields, session_secret, request_id(request))
    response = _ended_response(ended)
    response.delete_cookie(CONNECT_COOKIE, path=CALLBACK_PATH)
    return response


@router.get("")
async def list_integrations(
    work: Reader,
    requested: RequestedPage,
    user_id: Annotated[RowId | None, Query(description="Only this person's.")] = None,
    provider: Annotated[MailboxProviderName | None, Query(description="Only there.")] = None,
    status: Annotated[IntegrationStatus | None, Query(description="Only in this state.")] = None,
) -> Page[IntegrationShown]:
    """List the own mailboxes, with `integrations:admin` the tenant's, the newest first."""
    return await service.page(work, IntegrationFilter(user_id, provider, status), requested)


@router.get("/{integration_id}")
async def get_integration(integration_id: PathId, work: Reader) -> IntegrationShown:
    """Get one mailbox and how its last sync went."""
    return IntegrationShown.model_validate(await find_visible(work, integration_id))


@router.patch("/{integration_id}")
async def update_integration(
    integration_id: PathId, wanted: IntegrationUpdate, work: Writer
) -> IntegrationShown:
    """Change how often a mailbox is read."""
    return IntegrationShown.model_validate(await service.update(work, integration_id, wanted))


@router.post("/{integration_id}/pause", responses=problem_responses(409))
async def pause_integration(integration_id: PathId, work: Writer) -> IntegrationShown:
    """Read a mailbox no more until it is resumed."""
    return IntegrationShown.model_validate(await service.pause(work, integration_id))


@router.post("/{integration_id}/resume", responses=problem_responses(409))
async def resume_integration(integration_id: PathId, work: Writer) -> IntegrationShown:
    """Read a mailbox again; one that the provider refuses has to be connected again."""
    return IntegrationShown.model_validate(await service.resume(work, integration_id))


@router.post("/{integration_id}/sync", status_code=202, responses=problem_responses(409))
async def sync_integration(integration_id: PathId, work: Writer) -> IntegrationShown:
    """Read a mailbox now; the sync history shows how it goes."""
    return IntegrationShown.model_validate(await service.request_sync(work, integration_id))


@router.post("/{integration_id}/disconnect")
async def disconnect_integration(
    integration_id: PathId, principal: WritingCaller, gateway: TheGateway, request: Request
) -> Disconnected:
    """Revoke and erase the tokens; what was found in the mailbox stays."""
    return await service.disconnect(
        gateway, principal, _tenant_of(principal), request_id(request), integration_id
    )


@router.get("/{integration_id}/sync-runs")
async def list_sync_runs(
    integration_id: PathId, work: Reader, requested: RequestedPage
) -> Page[SyncRunShown]:
    """List when a mailbox was read and what was found, the newest first."""
    return await service.sync_runs(work, integration_id, requested)


@router.get("/{integration_id}/messages")
async def list_messages(
    integration_id: PathId,
    work: Reader,
    requested: RequestedPage,
    status: Annotated[
        list[EmailMessageStatus], Query(description="Any of these; repeat the parameter.")
    ] = [],  # noqa: B006 -- FastAPI copies it
) -> Page[MessageShown]:
    """List the mails that were fetched and what became of each, the newest first."""
    return await service.messages(work, integration_id, status, requested)


def set_connect_cookie(response: Response, begun: connecting.Begun, *, is_secure: bool) -> None:
    """Bind a connection that was begun to the browser that gets the response."""
    response.set_cookie(
        CONNECT_COOKIE,
        begun.session_secret,
        max_age=int(STATE_LIFETIME.total_seconds()),
        path=CALLBACK_PATH,
        httponly=True,
        secure=is_secure,
        # The browser comes back from another site, by a top-level GET.
        samesite="lax",
    )


def _tenant_of(principal: Principal) -> int:
    if principal.tenant_id is None:
        raise Forbidden("This needs a key of a tenant; the platform's keys act for none.")
    return principal.tenant_id


def _ended_response(ended: Ended) -> Response:
    outcome = ended.outcome
    if ended.return_to is not None:
        query: dict[str, object] = (
            {"connect_error": outcome.problem.value}
            if isinstance(outcome, ConsentError)
            else {"integration_id": outcome.id}
        )
        return RedirectResponse(f"{ended.return_to}?{urlencode(query)}", HTTPStatus.SEE_OTHER)
    if isinstance(outcome, ConsentError):
        raise Conflict(str(outcome))
    return JSONResponse(IntegrationShown.model_validate(outcome).model_dump(mode="json"))
