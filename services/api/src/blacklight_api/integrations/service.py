"""What can be done with connected mailboxes."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from blacklight_shared.events import SyncUserInbox
from blacklight_shared.integrations import MailboxProvider, ProviderTokens
from blacklight_shared.integrations.tokens import open_tokens
from blacklight_shared.models import (
    EmailIntegration,
    EmailMessage,
    EmailMessageStatus,
    IntegrationStatus,
    MailboxProviderName,
)
from blacklight_shared.workflows import WorkflowError

from blacklight_api.audit.service import record
from blacklight_api.auth.principal import Principal
from blacklight_api.gateway import Gateway
from blacklight_api.integrations import queries
from blacklight_api.integrations.access import find_visible, visible_owner
from blacklight_api.integrations.queries import IntegrationFilter
from blacklight_api.integrations.schemas import (
    Disconnected,
    IntegrationShown,
    IntegrationUpdate,
    MessageShown,
    SyncRunShown,
)
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import Conflict
from blacklight_api.work import TenantWork

log = structlog.stdlib.get_logger(__name__)

_CONNECT_AGAIN = "The mailbox is not connected any more; connect it again."


async def page(
    work: TenantWork, wanted: IntegrationFilter, requested: PageRequest
) -> Page[IntegrationShown]:
    """One page of the mailboxes that the caller may see, the newest first."""
    owner = visible_owner(work.principal)
    if owner is not None:
        wanted = IntegrationFilter(owner, wanted.provider, wanted.status)
    rows = await queries.list_integrations(
        work.session, wanted, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(
        rows, item=IntegrationShown.model_validate, key=lambda row: IdKey(id=row.id)
    )


async def update(
    work: TenantWork, integration_id: int, wanted: IntegrationUpdate
) -> EmailIntegration:
    """Change how often a mailbox is read.

    Raises:
        NotFound: As ``find_visible``.
    """
    integration = await find_visible(work, integration_id, lock=True)
    integration.sync_frequency_minutes = wanted.sync_frequency_minutes
    await record(
        work,
        "email_integration.updated",
        integration_id,
        details={"sync_frequency_minutes": wanted.sync_frequency_minutes},
    )
    return await _saved(work, integration)


async def pause(work: TenantWork, integration_id: int) -> EmailIntegration:
    """Read a mailbox no more until it is resumed.

    Raises:
        NotFound: As ``find_visible``.
        Conflict: It is disconnected.
    """
    integration = await _connected(work, integration_id)
    if integration.status != IntegrationStatus.PAUSED:
        integration.status = IntegrationStatus.PAUSED
        await record(work, "email_integration.paused", integration_id)
    return await _saved(work, integration)


async def resume(work: TenantWork, integration_id: int) -> EmailIntegration:
    """Read a mailbox again that was paused, or that failed too often.

    Raises:
        NotFound: As ``find_visible``.
        Conflict: The provider lets us in no more; only connecting again helps.
    """
    integration = await _connected(work, integration_id)
    tokens = await queries.find_tokens(work.session, integration_id)
    if tokens is None or tokens.refused_at is not None:
        raise Conflict(_CONNECT_AGAIN)
    if integration.status != IntegrationStatus.ACTIVE:
        integration.status = IntegrationStatus.ACTIVE
        integration.consecutive_failures = 0
        integration.last_error_code = integration.last_error = None
        await record(work, "email_integration.resumed", integration_id)
    return await _saved(work, integration)


async def request_sync(work: TenantWork, integration_id: int) -> EmailIntegration:
    """Have a mailbox read now.

    Raises:
        NotFound: As ``find_visible``.
        Conflict: It is not active.
    """
    integration = await _connected(work, integration_id)
    if integration.status != IntegrationStatus.ACTIVE:
        raise Conflict("The mailbox is not being read; resume it first.")
    await record(work, "email_integration.sync_requested", integration_id)
    await work.emit(sync_event(integration))
    return integration


async def disconnect(
    gateway: Gateway, principal: Principal, tenant_id: int, request_id: str | None, wanted: int
) -> Disconnected:
    """Revoke a mailbox's tokens where the provider can, and erase them; once more does no harm.

    The provider is asked outside of any transaction. If it does not answer, the tokens are erased
    all the same.

    Raises:
        NotFound: As ``find_visible``.
    """
    async with gateway.database.tenant_session(tenant_id) as session:
        work = TenantWork(session, principal, request_id, tenant_id)
        integration = await find_visible(work, wanted)
        row = await queries.find_tokens(session, wanted)
        tokens = open_tokens(row, gateway.secret_box) if row else None
    provider = gateway.mailbox_providers.get(MailboxProviderName(integration.provider))
    revoked = await _revoke(provider, tokens, wanted) if provider and tokens else False
    async with gateway.database.tenant_session(tenant_id) as session:
        work = TenantWork(session, principal, request_id, tenant_id)
        integration = await find_visible(work, wanted, lock=True)
        await queries.erase_tokens(session, wanted)
        if integration.status != IntegrationStatus.DISCONNECTED:
            integration.status = IntegrationStatus.DISCONNECTED
            await record(
                work, "email_integration.disconnected", wanted, details={"revoked": revoked}
            )
        integration = await _saved(work, integration)
    shown = IntegrationShown.model_validate(integration)
    return Disconnected(**shown.model_dump(), revoked_at_provider=revoked)


async def sync_runs(
    work: TenantWork, integration_id: int, requested: PageRequest
) -> Page[SyncRunShown]:
    """One page of the readings of a mailbox, the newest first.

    Raises:
        NotFound: As ``find_visible``.
    """
    await find_visible(work, integration_id)
    rows = await queries.list_sync_runs(
        work.session, integration_id, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=SyncRunShown.model_validate, key=lambda row: IdKey(id=row.id))


async def messages(
    work: TenantWork,
    integration_id: int,
    statuses: Sequence[EmailMessageStatus],
    requested: PageRequest,
) -> Page[MessageShown]:
    """One page of the mails of a mailbox, the newest first.

    Raises:
        NotFound: As ``find_visible``.
    """
    await find_visible(work, integration_id)
    rows = await queries.list_messages(
        work.session,
        integration_id,
        statuses,
        after=requested.after(IdKey),
        limit=requested.limit + 1,
    )
    job_ids = await queries.job_ids_of(work.session, [row.id for row in rows])
    return requested.page(
        rows,
        item=lambda row: _message_shown(row, job_ids.get(row.id, ())),
        key=lambda row: IdKey(id=row.id),
    )


def sync_event(integration: EmailIntegration) -> SyncUserInbox:
    """The event by which a person has a mailbox read."""
    return SyncUserInbox(
        integration_id=integration.id,
        tenant_id=integration.tenant_id,
        user_id=integration.user_id,
        provider=integration.provider,
        manual_trigger=True,
    )


async def _connected(work: TenantWork, integration_id: int) -> EmailIntegration:
    integration = await find_visible(work, integration_id, lock=True)
    if integration.status == IntegrationStatus.DISCONNECTED:
        raise Conflict(_CONNECT_AGAIN)
    return integration


async def _saved(work: TenantWork, integration: EmailIntegration) -> EmailIntegration:
    await work.session.flush()
    await work.session.refresh(integration)
    return integration


async def _revoke(provider: MailboxProvider, tokens: ProviderTokens, integration_id: int) -> bool:
    try:
        return await provider.revoke(tokens)
    except WorkflowError as error:
        log.warning("revoking_failed", integration_id=integration_id, error=str(error))
        return False


def _message_shown(message: EmailMessage, job_ids: Sequence[int]) -> MessageShown:
    return MessageShown(
        id=message.id,
        sender=message.sender,
        subject=message.subject,
        received_at=message.received_at,
        status=EmailMessageStatus(message.status),
        reason_code=message.reason_code,
        reason=message.reason,
        confidence=None if message.confidence is None else float(message.confidence),
        parser=message.parser,
        parser_note=message.parser_note,
        job_ids=list(job_ids),
        processed_at=message.processed_at,
    )
