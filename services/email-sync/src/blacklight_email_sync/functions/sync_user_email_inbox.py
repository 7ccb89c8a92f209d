"""``sync-user-email-inbox``: fetches what is new in one inbox, and has each mail read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import inngest
from blacklight_shared.events import (
    IntegrationError,
    IntegrationErrorType,
    ParseJobEmail,
    SyncUserInbox,
)
from blacklight_shared.models import IntegrationStatus
from blacklight_shared.workflows import (
    RETRY_CONFIG,
    Failure,
    fan_out,
    per_tenant,
    tenant_step,
    workflow,
)
from pydantic import BaseModel

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.settings import InboxPace
from blacklight_email_sync.sync.fetching import Round, fetch_round
from blacklight_email_sync.sync.inbox import (
    SyncEnd,
    begin_sync,
    complete_sync,
    fail_sync,
    fail_sync_of_run,
)
from blacklight_email_sync.sync.mails import queued_since
from blacklight_email_sync.sync.outcomes import type_named
from blacklight_email_sync.sync.runs import InboxKey, SyncStart

MAX_ROUNDS = 200
"""Of one run, which may have a thousand steps: ten thousand mails. The next sync goes on."""
SYNCS_PER_TENANT = 5
"""At once: each holds up to four mails in memory, and a tenant may have a hundred inboxes."""
MAX_PAUSES = 3
"""In a row, for a provider that asks for patience."""


class SyncReport(BaseModel):
    """Result of a run.

    Attributes:
        integration_id: Which inbox.
        status: Of the integration when the sync began; only active ones are synced.
        found: New mails in the inbox.
        queued: Those that mention a role of the tenant's candidates, and now wait for parsing.
        error: Why the sync broke off, if it did.
    """

    integration_id: int
    status: IntegrationStatus
    found: int = 0
    queued: int = 0
    error: IntegrationErrorType | None = None


@workflow(
    id="sync-user-email-inbox",
    trigger=SyncUserInbox,
    retries=RETRY_CONFIG.default,
    throttle=inngest.Throttle(
        limit=InboxPace().inbox_syncs_per_minute, period=timedelta(minutes=1)
    ),
    concurrency=[per_tenant(SYNCS_PER_TENANT)],
    singleton=inngest.Singleton(mode="skip", key="event.data.integration_id"),
)
async def sync_user_email_inbox(
    ctx: inngest.Context, event: SyncUserInbox, deps: EmailSyncDeps
) -> SyncReport:
    """Fetch round by round until nothing is waiting; a second sync of the inbox is not begun."""
    start = await ctx.step.run("begin", begin_sync, deps, event, ctx.run_id, output_type=SyncStart)
    if start.sync_run_id is None:
        return SyncReport(integration_id=event.integration_id, status=start.status)
    await _queue(ctx, event, "queue-left-behind", start.left_behind)
    fault = None
    if start.has_keywords:
        fault = await _fetch_all(ctx, event, deps, start.sync_run_id)
    if fault is None:
        end = await ctx.step.run(
            "complete",
            complete_sync,
            deps,
            event,
            start.sync_run_id,
            start.has_keywords,
            output_type=SyncEnd,
        )
        return _report(event, end)
    end = await ctx.step.run(
        "fail", fail_sync, deps, event, start.sync_run_id, fault.error_type, output_type=SyncEnd
    )
    if not fault.is_reported:
        await fan_out(ctx, "report-error", [_error(event, fault.error_type, fault.message)])
    return _report(event, end, fault.error_type)


@sync_user_email_inbox.on_failure
async def record_failure(
    ctx: inngest.Context, failure: Failure[SyncUserInbox], deps: EmailSyncDeps
) -> None:
    """Close the record of a sync that ended where it may not, and have the failure counted."""
    error_type = type_named(failure.error.name)
    is_ours = await ctx.step.run(
        "fail", fail_sync_of_run, deps, failure.payload, failure.run_id, error_type
    )
    if is_ours:
        error = _error(failure.payload, error_type, failure.error.name)
        await fan_out(ctx, "report-error", [error])


class _Fault(BaseModel):
    error_type: IntegrationErrorType
    message: str
    is_reported: bool = False


async def _fetch_all(
    ctx: inngest.Context, event: SyncUserInbox, deps: EmailSyncDeps, sync_run_id: int
) -> _Fault | None:
    """Fetch until the inbox has nothing more; gives why it broke off."""
    last_id = pauses = 0
    for number in range(1, MAX_ROUNDS + 1):
        fetch = partial(fetch_round, deps, _key(event), sync_run_id, last_id)
        try:
            part = await ctx.step.run(f"fetch-{number}", fetch, output_type=Round)
        except inngest.StepError as error:
            await _queue_the_rest(ctx, event, deps, sync_run_id, last_id)
            return _Fault(error_type=type_named(error.name), message=error.name)
        await _queue(ctx, event, f"queue-{number}", part.message_ids)
        last_id = max([last_id, *part.message_ids])
        if part.failure is not None:
            return _Fault(
                error_type=part.failure, message=part.failure, is_reported=part.is_reported
            )
        if part.is_complete or part.is_over:
            return None
        pauses = pauses + 1 if part.wait_seconds is not None else 0
        if pauses > MAX_PAUSES:
            error_type = IntegrationErrorType.RATE_LIMITED
            return _Fault(error_type=error_type, message=f"after {MAX_PAUSES} pauses")
        if part.wait_seconds is not None:
            await ctx.step.sleep(f"pause-{number}", timedelta(seconds=max(part.wait_seconds, 1)))
    return None


async def _queue_the_rest(
    ctx: inngest.Context,
    event: SyncUserInbox,
    deps: EmailSyncDeps,
    sync_run_id: int,
    last_id: int,
) -> None:
    """Have those mails read that a round had stored before it failed."""
    stored = await tenant_step(
        ctx, "find-rest", deps.database, event.tenant_id, queued_since, sync_run_id, last_id
    )
    await _queue(ctx, event, "queue-rest", stored)


async def _queue(
    ctx: inngest.Context, event: SyncUserInbox, step_id: str, message_ids: Sequence[int]
) -> None:
    if not message_ids:
        return
    await fan_out(
        ctx,
        step_id,
        [
            ParseJobEmail(
                integration_id=event.integration_id,
                tenant_id=event.tenant_id,
                user_id=event.user_id,
                message_id=message_id,
            )
            for message_id in message_ids
        ],
    )


def _key(event: SyncUserInbox) -> InboxKey:
    return InboxKey(
        integration_id=event.integration_id, user_id=event.user_id, tenant_id=event.tenant_id
    )


def _error(
    event: SyncUserInbox, error_type: IntegrationErrorType, message: str
) -> IntegrationError:
    return IntegrationError(
        integration_id=event.integration_id,
        tenant_id=event.tenant_id,
        error_type=error_type,
        error_message=message[:500],
    )


def _report(
    event: SyncUserInbox, end: SyncEnd, error: IntegrationErrorType | None = None
) -> SyncReport:
    return SyncReport(
        integration_id=event.integration_id,
        status=IntegrationStatus.ACTIVE,
        found=end.found,
        queued=end.queued,
        error=error,
    )
