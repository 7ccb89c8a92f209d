"""The unit of work of a request: one transaction, for one caller, on one tenant's data.

An endpoint names the right it needs and gets the open transaction; it is committed when the
endpoint returns, before the response is sent, and rolled back when the endpoint raises.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Any

from blacklight_shared.events import Event
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.auth.principal import Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import gateway_of
from blacklight_api.problems import Forbidden

_bearer = HTTPBearer(
    scheme_name="API key", description="An API key of Blacklight: `bl_…`.", auto_error=False
)


@dataclass(frozen=True, slots=True)
class Work:
    """A transaction and for whom it is done; ``tenant_id`` is None for the platform."""

    session: AsyncSession
    principal: Principal
    request_id: str | None
    tenant_id: int | None

    async def emit(self, *events: Event) -> list[uuid.UUID]:
        """Owe events to the engine; they leave once the transaction is committed.

        Returns:
            The ids that the engine will know them by.
        """
        return await add_events(
            self.session, events, tenant_id=self.tenant_id, trace_context=current_trace()
        )


@dataclass(frozen=True, slots=True)
class TenantWork(Work):
    """Work on the data of one tenant."""

    tenant_id: int


def caller(scope: Scope) -> Any:
    """Dependency: the ``Principal``, who must have ``scope``."""

    async def principal_with_scope(
        request: Request, _shown_in_openapi: Annotated[object, Security(_bearer)]
    ) -> Principal:
        principal: Principal = request.state.principal
        if scope not in principal.scopes:
            raise Forbidden(f"The key lacks the scope {scope.value}.")
        return principal

    return Depends(principal_with_scope)


def tenant_work(scope: Scope) -> Any:
    """Dependency: ``TenantWork`` for the caller's tenant; platform keys get 403."""
    allowed_caller = caller(scope)

    async def open_work(
        request: Request, principal: Principal = allowed_caller
    ) -> AsyncIterator[TenantWork]:
        if principal.tenant_id is None:
            raise Forbidden("This needs a key of a tenant; the platform's keys act for none.")
        async with gateway_of(request).database.tenant_session(principal.tenant_id) as session:
            yield TenantWork(session, principal, request_id(request), principal.tenant_id)

    return Depends(open_work, scope="function")


def platform_work(scope: Scope) -> Any:
    """Dependency: ``Work`` for the platform; keys of a tenant get 403."""
    allowed_caller = caller(scope)

    async def open_work(
        request: Request, principal: Principal = allowed_caller
    ) -> AsyncIterator[Work]:
        if principal.tenant_id is not None:
            raise Forbidden("This needs a key of the platform.")
        async with gateway_of(request).database.global_session() as session:
            yield Work(session, principal, request_id(request), None)

    return Depends(open_work, scope="function")


def shared_work(scope: Scope) -> Any:
    """Dependency: ``Work`` for the caller's tenant, or for the platform."""
    allowed_caller = caller(scope)

    async def open_work(
        request: Request, principal: Principal = allowed_caller
    ) -> AsyncIterator[Work]:
        async with gateway_of(request).database.session_for(principal.tenant_id) as session:
            yield Work(session, principal, request_id(request), principal.tenant_id)

    return Depends(open_work, scope="function")


def request_id(request: Request) -> str | None:
    """The id under which logs, problems and the audit log know this request."""
    return getattr(request.state, "request_id", None)
