"""Connecting a mailbox: off to the provider's consent page, and back with an answer.

What comes back is believed because of three things: the state, which is random, used up by the
first answer and good for ten minutes; a cookie, which only the browser has in which the connection
was begun; and PKCE, by which a code is useless to anyone else. Without the cookie, a person could
be made to connect their mailbox to the account of whoever sent them the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from blacklight_shared.crypto import generate_token, hash_token, matches_token
from blacklight_shared.integrations import ConsentError, Grant, MailboxProvider, keep_tokens
from blacklight_shared.models import (
    OAUTH_FLOW_PURPOSE,
    EmailIntegration,
    MailboxProviderName,
    OAuthState,
    PortalUserStatus,
    TenantStatus,
)
from blacklight_shared.workflows import WorkflowError
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.audit.service import record
from blacklight_api.auth.principal import Actor, ActorType, Principal
from blacklight_api.gateway import Gateway
from blacklight_api.integrations import queries
from blacklight_api.integrations.access import owner_for
from blacklight_api.integrations.schemas import ConnectRequest
from blacklight_api.integrations.service import sync_event
from blacklight_api.problems import Conflict, Forbidden, NotFound, Unavailable, Unprocessable
from blacklight_api.tenants.queries import find_tenant
from blacklight_api.users.queries import find_user
from blacklight_api.work import TenantWork

STATE_LIFETIME = timedelta(minutes=10)
CALLBACK_PATH = "/api/v1/integrations/callback"


@dataclass(frozen=True, slots=True)
class Begun:
    """A connection that was begun.

    Attributes:
        authorization_url: The consent page.
        session_secret: For the browser's cookie.
        expires_at: Until when the person may answer.
    """

    authorization_url: str
    session_secret: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a connection.

    Attributes:
        outcome: The mailbox, or why it was not connected.
        return_to: Where the browser wants to go.
    """

    outcome: EmailIntegration | ConsentError
    return_to: str | None


async def begin(
    gateway: Gateway, principal: Principal, tenant_id: int, wanted: ConnectRequest
) -> Begun:
    """Prepare the consent page.

    Raises:
        Forbidden: The mailbox would be another person's.
        Unprocessable: There is no such person, or they are disabled.
        Conflict: This installation is not registered with the provider.
        Unavailable: The provider does not answer.
    """
    user_id = owner_for(principal, wanted.user_id)
    provider = _provider(gateway, wanted.provider)
    state, secret = generate_token(), generate_token()
    try:
        asked = await provider.begin(state=state, redirect_uri=_redirect_uri(gateway))
    except WorkflowError:
        raise _provider_fails() from None
    begun = Begun(asked.url, secret, datetime.now(UTC) + STATE_LIFETIME)
    async with gateway.database.tenant_session(tenant_id) as session:
        await _check_user(session, user_id)
        await queries.delete_expired_states(session)
        session.add(
            OAuthState(
                tenant_id=tenant_id,
                user_id=user_id,
                provider=provider.name,
                state_hash=hash_token(state),
                session_hash=hash_token(secret),
                flow_sealed=gateway.secret_box.encrypt(
                    asked.flow, purpose=OAUTH_FLOW_PURPOSE, tenant_id=tenant_id
                ),
                return_to=wanted.return_to,
                expires_at=begun.expires_at,
            )
        )
    return begun


async def finish(
    gateway: Gateway,
    answer: Mapping[str, str],
    session_secret: str | None,
    request_id: str | None,
) -> Ended:
    """Connect the mailbox that a person has said yes to; it is read at once.

    Args:
        gateway: The parts of the process.
        answer: The query that the provider sent the browser back with.
        session_secret: From the browser's cookie.
        request_id: For the audit log.

    Raises:
        NotFound: The state is unknown, used up or too old.
        Forbidden: The connection was begun in another browser, or the person is locked out.
        Unavailable: The provider does not answer; nothing is connected.
    """
    state = await _take(gateway, answer["state"], session_secret)
    provider = _provider(gateway, MailboxProviderName(state.provider))
    flow = gateway.secret_box.decrypt(
        state.flow_sealed, purpose=OAUTH_FLOW_PURPOSE, tenant_id=state.tenant_id
    )
    try:
        grant = await provider.finish(flow, answer, redirect_uri=_redirect_uri(gateway))
    except ConsentError as error:
        return Ended(error, state.return_to)
    except WorkflowError:
        raise _provider_fails() from None
    integration = await _keep(gateway, state, provider, grant, request_id)
    return Ended(integration, state.return_to)


async def _take(gateway: Gateway, state: str, session_secret: str | None) -> OAuthState:
    state_hash = hash_token(state)
    async with gateway.database.system_session() as session:
        tenant_id = await queries.find_state_tenant(session, state_hash)
    if tenant_id is None:
        raise NotFound("connection under way")
    async with gateway.database.tenant_session(tenant_id) as session:
        taken = await queries.take_state(session, state_hash)
    # Used up even if what follows is refused: an answer that went astray is not tried again.
    if taken is None or taken.expires_at <= datetime.now(UTC):
        raise NotFound("connection under way")
    if session_secret is None or not matches_token(session_secret, taken.session_hash):
        raise Forbidden("The connection was begun in another browser; connect once more.")
    return taken


async def _keep(
    gateway: Gateway,
    state: OAuthState,
    provider: MailboxProvider,
    grant: Grant,
    request_id: str | None,
) -> EmailIntegration:
    actor = Actor(ActorType.USER, str(state.user_id))
    principal = Principal(state.tenant_id, frozenset(), actor)
    async with gateway.database.tenant_session(state.tenant_id) as session:
        work = TenantWork(session, principal, request_id, state.tenant_id)
        await _check_still_allowed(session, state)
        integration = await queries.connect_integration(
            session,
            tenant_id=state.tenant_id,
            user_id=state.user_id,
            provider=provider.name,
            address=grant.address,
        )
        await keep_tokens(
            session, gateway.secret_box, state.tenant_id, integration.id, grant.tokens
        )
        details = {"provider": provider.name.value}
        await record(work, "email_integration.connected", integration.id, details=details)
        await work.emit(sync_event(integration))
        return integration


async def _check_user(session: AsyncSession, user_id: int) -> None:
    user = await find_user(session, user_id)
    if user is None or user.status != PortalUserStatus.ACTIVE:
        raise Unprocessable("user_id", "Name an active person of the tenant.")


async def _check_still_allowed(session: AsyncSession, state: OAuthState) -> None:
    user = await find_user(session, state.user_id)
    tenant = await find_tenant(session, state.tenant_id)
    if user is None or user.status != PortalUserStatus.ACTIVE:
        raise Forbidden("The person was locked out meanwhile.")
    if tenant is None or tenant.status != TenantStatus.ACTIVE:
        raise Forbidden("The tenant is suspended.")


def _provider(gateway: Gateway, name: MailboxProviderName) -> MailboxProvider:
    provider = gateway.mailbox_providers.get(name)
    if provider is None:
        raise Conflict(f"This installation is not registered with the provider of {name.value}.")
    return provider


def _redirect_uri(gateway: Gateway) -> str:
    return f"{gateway.settings.public_url}{CALLBACK_PATH}"


def _provider_fails() -> Unavailable:
    return Unavailable("The provider does not answer; connect once more in a while.")
