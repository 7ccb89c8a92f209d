"""What follows from an inbox that could not be read: counting, switching off, telling."""

from __future__ import annotations

from blacklight_shared.events import IntegrationDisconnectedMail, IntegrationError
from blacklight_shared.models import AuditEntry, EmailIntegration, IntegrationStatus
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from blacklight_shared.workflows import NotFoundError
from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_email_sync.sync.outcomes import DISABLED_WORDS, WORDS

MAX_FAILURES_IN_A_ROW = 3

_FAILED = "email_integration.sync_failed"
_DISABLED = "email_integration.disabled"


class ErrorReport(BaseModel):
    """What followed from an error.

    Attributes:
        integration_id: Which inbox.
        status: Of the integration afterwards.
        consecutive_failures: How often it has failed in a row.
        was_disabled: Whether this error has switched it off; then its person is told.
    """

    integration_id: int
    status: IntegrationStatus
    consecutive_failures: int
    was_disabled: bool = False


async def apply_error(session: AsyncSession, error: IntegrationError, event_id: str) -> ErrorReport:
    """Count an error, and switch the integration off when waiting does not help.

    What the person is told is owed in the same transaction. An event counts once, however often it
    is handled: the audit log knows it.

    Args:
        session: A session of the tenant.
        error: What happened.
        event_id: Of the event that told it.

    Raises:
        NotFoundError: There is no such integration.
    """
    integration = await session.scalar(
        select(EmailIntegration)
        .where(
            EmailIntegration.id == error.integration_id,
            EmailIntegration.tenant_id == error.tenant_id,
        )
        .with_for_update()
    )
    if integration is None:
        raise NotFoundError("integration", error.integration_id)
    if integration.status != IntegrationStatus.ACTIVE or await _is_known(
        session, integration, event_id
    ):
        return _report(integration)
    integration.consecutive_failures += 1
    integration.last_error_code = error.error_type
    is_last = integration.consecutive_failures >= MAX_FAILURES_IN_A_ROW
    is_over = error.error_type.is_lasting or is_last
    if is_over:
        integration.status = IntegrationStatus.DISABLED
        integration.last_error = (
            WORDS[error.error_type] if error.error_type.is_lasting else DISABLED_WORDS
        )
        await _tell(session, integration)
    _audit(session, integration, _DISABLED if is_over else _FAILED, error, event_id)
    await session.flush()
    return _report(integration, was_disabled=is_over)


async def _is_known(session: AsyncSession, integration: EmailIntegration, event_id: str) -> bool:
    known = await session.scalar(
        select(AuditEntry.id).where(
            AuditEntry.tenant_id == integration.tenant_id,
            AuditEntry.entity_type == "email_integration",
            AuditEntry.entity_id == str(integration.id),
            AuditEntry.request_id == event_id,
        )
    )
    return known is not None


async def _tell(session: AsyncSession, integration: EmailIntegration) -> None:
    event = IntegrationDisconnectedMail(
        integration_id=integration.id,
        user_id=integration.user_id,
        tenant_id=integration.tenant_id,
        provider=integration.provider,
        reason=integration.last_error or "",
    )
    await add_events(
        session, [event], tenant_id=integration.tenant_id, trace_context=current_trace()
    )


def _audit(
    session: AsyncSession,
    integration: EmailIntegration,
    action: str,
    error: IntegrationError,
    event_id: str,
) -> None:
    session.add(
        AuditEntry(
            tenant_id=integration.tenant_id,
            actor_type="workflow",
            actor_id="handle-email-integration-error",
            action=action,
            entity_type="email_integration",
            entity_id=str(integration.id),
            changes={
                "error_type": error.error_type,
                "consecutive_failures": integration.consecutive_failures,
            },
            request_id=event_id,
        )
    )


def _report(integration: EmailIntegration, *, was_disabled: bool = False) -> ErrorReport:
    return ErrorReport(
        integration_id=integration.id,
        status=IntegrationStatus(integration.status),
        consecutive_failures=integration.consecutive_failures,
        was_disabled=was_disabled,
    )
