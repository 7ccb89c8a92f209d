"""From the token of a link to the work on one invitation.

A link names no tenant: the hash of its token finds the invitation, by the system role, and the rest
is done as that tenant. Whatever is wrong with a token (never given out, run out, used, cancelled),
the answer is the same, and the same queries are made for it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from blacklight_shared.crypto import hash_token
from blacklight_shared.database import Database
from blacklight_shared.models import (
    OPEN_INVITATION_STATUSES,
    CandidateInvitation,
    Tenant,
    TenantStatus,
)
from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer
from sqlalchemy import select

from blacklight_api.auth.authenticator import bearer_token
from blacklight_api.auth.principal import Actor, ActorType, Principal
from blacklight_api.gateway import gateway_of
from blacklight_api.invitations import queries
from blacklight_api.problems import Forbidden, NotFound
from blacklight_api.tenants.queries import find_tenant
from blacklight_api.work import TenantWork, request_id

_NOBODY = 0
"""No row has this id; work for it finds nothing, by the same queries."""

_bearer = HTTPBearer(
    scheme_name="Invitation token",
    description="The token of the link in the invitation.",
    auto_error=False,
)


@dataclass(frozen=True, slots=True)
class OnboardingWork(TenantWork):
    """Work of a candidate on their own open invitation, which is locked until the end."""

    invitation: CandidateInvitation
    tenant: Tenant


def onboarding_work(
    token_of: Callable[[Request], str] = bearer_token,
    closed: Callable[[Request], Exception] = lambda _request: NotFound("invitation"),
) -> Any:
    """Dependency: ``OnboardingWork`` for the token that the request carries.

    Args:
        token_of: Where the token is in a request.
        closed: What to raise when the token opens nothing (any more).
    """

    async def open_work(
        request: Request, _shown_in_openapi: Annotated[object, Security(_bearer)]
    ) -> AsyncIterator[OnboardingWork]:
        database = gateway_of(request).database
        invitation_id, tenant_id = await _find(database, token_of(request))
        async with database.tenant_session(tenant_id) as session:
            tenant = await find_tenant(session, tenant_id)
            invitation = await queries.find_invitation(session, invitation_id, lock=True)
            if tenant is None or invitation is None or not _is_open(invitation):
                raise closed(request)
            if tenant.status == TenantStatus.SUSPENDED:
                raise Forbidden("The firm that invites is suspended.")
            actor = Actor(ActorType.CANDIDATE, f"invitation:{invitation.id}")
            yield OnboardingWork(
                session,
                Principal(tenant_id, frozenset(), actor),
                request_id(request),
                tenant_id,
                invitation,
                tenant,
            )

    return Depends(open_work, scope="function")


async def _find(database: Database, token: str) -> tuple[int, int]:
    """Ids of the invitation that has the token, and of its tenant."""
    async with database.system_session() as session:
        found = await session.execute(
            select(CandidateInvitation.id, CandidateInvitation.tenant_id).where(
                CandidateInvitation.token_hash == hash_token(token)
            )
        )
        row = found.one_or_none()
    return (_NOBODY, _NOBODY) if row is None else (row.id, row.tenant_id)


def _is_open(invitation: CandidateInvitation) -> bool:
    return invitation.status in OPEN_INVITATION_STATUSES and invitation.expires_at > datetime.now(
        UTC
    )
