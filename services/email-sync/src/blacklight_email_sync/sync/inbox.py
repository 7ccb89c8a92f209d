"""The ends of a sync: what it begins with, and how it is recorded."""

from __future__ import annotations

from datetime import timedelta

from blacklight_shared.events import IntegrationErrorType, SyncUserInbox
from blacklight_shared.models import (
    IntegrationStatus,
    SyncRun,
    SyncRunStatus,
    SyncTrigger,
)
from blacklight_shared.workflows import translating_errors
from pydantic import BaseModel
from sqlalchemy import select

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.metrics import SYNCS
from blacklight_email_sync.sync import runs
from blacklight_email_sync.sync.keywords import Keywords
from blacklight_email_sync.sync.mails import left_behind
from blacklight_email_sync.sync.outcomes import NO_KEYWORDS, NO_KEYWORDS_WORDS, WORDS
from blacklight_email_sync.sync.runs import InboxKey, SyncStart

LEFT_BEHIND_AFTER = timedelta(hours=1)
"""A mail that waits longer was forgotten: its event was lost with an engine or a run."""
_MAX_LEFT_BEHIND = 200


class SyncEnd(BaseModel):
    """What a sync brought.

    Attributes:
        found: New mails in the inbox.
        queued: Those that concern the tenant.
    """

    found: int
    queued: int


@translating_errors("begin sync")
async def begin_sync(deps: EmailSyncDeps, event: SyncUserInbox, run_key: str) -> SyncStart:
    """Check the integration by its id, person and tenant, and open the record of the sync.

    Raises:
        NotFoundError: It does not exist, or is another person's or tenant's.
    """
    inbox = InboxKey.model_validate(event, from_attributes=True)
    async with deps.database.tenant_session(event.tenant_id) as session:
        integration = await runs.find_integration(session, inbox, lock=True)
        status = IntegrationStatus(integration.status)
        if status is not IntegrationStatus.ACTIVE:
            return SyncStart(sync_run_id=None, status=status)
        trigger = SyncTrigger.MANUAL if event.manual_trigger else SyncTrigger.SCHEDULE
        return SyncStart(
            sync_run_id=await runs.open_run(session, integration, run_key, trigger),
            status=status,
            has_keywords=bool(await Keywords.of_tenant(session)),
            left_behind=await left_behind(
                session, integration.id, older_than=LEFT_BEHIND_AFTER, limit=_MAX_LEFT_BEHIND
            ),
        )


@translating_errors("complete sync")
async def complete_sync(
    deps: EmailSyncDeps, event: SyncUserInbox, sync_run_id: int, has_keywords: bool
) -> SyncEnd:
    """Record a sync that has come to its end."""
    problem = None if has_keywords else (NO_KEYWORDS, NO_KEYWORDS_WORDS)
    end = await _close(deps, event, sync_run_id, SyncRunStatus.COMPLETED, problem)
    SYNCS.labels(event.provider, "").inc()
    return end


@translating_errors("fail sync")
async def fail_sync(
    deps: EmailSyncDeps, event: SyncUserInbox, sync_run_id: int, error_type: IntegrationErrorType
) -> SyncEnd:
    """Record a sync that broke off, in words that a recruiter understands."""
    problem = (error_type, WORDS[error_type])
    end = await _close(deps, event, sync_run_id, SyncRunStatus.FAILED, problem)
    SYNCS.labels(event.provider, error_type).inc()
    return end


@translating_errors("fail sync")
async def fail_sync_of_run(
    deps: EmailSyncDeps, event: SyncUserInbox, run_key: str, error_type: IntegrationErrorType
) -> bool:
    """As ``fail_sync``, for a run that could not do it itself.

    Returns:
        Whether the run had begun a sync at all.
    """
    async with deps.database.tenant_session(event.tenant_id) as session:
        sync_run_id = await session.scalar(
            select(SyncRun.id).where(
                SyncRun.integration_id == event.integration_id, SyncRun.run_key == run_key
            )
        )
    if sync_run_id is None:
        return False
    await fail_sync(deps, event, sync_run_id, error_type)
    return True


async def _close(
    deps: EmailSyncDeps,
    event: SyncUserInbox,
    sync_run_id: int,
    status: SyncRunStatus,
    problem: tuple[str, str] | None,
) -> SyncEnd:
    """Close the record of a sync; a problem is its code and its words."""
    code, words = problem or (None, None)
    async with deps.database.tenant_session(event.tenant_id) as session:
        run = await runs.close_run(
            session,
            event.integration_id,
            sync_run_id,
            status=status,
            error_code=code,
            error=words,
        )
    return SyncEnd(found=run.messages_found, queued=run.messages_queued)
