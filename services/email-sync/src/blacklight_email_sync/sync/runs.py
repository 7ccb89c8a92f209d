"""The state of an integration and the record of each sync, one transaction each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVarTuple

from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.models import (
    EmailIntegration,
    IntegrationStatus,
    MailboxProviderName,
    PortalUser,
    PortalUserStatus,
    SyncRun,
    SyncRunStatus,
    SyncTrigger,
    Tenant,
    TenantStatus,
)
from blacklight_shared.workflows import NotFoundError
from pydantic import BaseModel
from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_email_sync.sync.outcomes import WORDS

ColumnTs = TypeVarTuple("ColumnTs")

MAX_DUE = 5_000
"""More than this is left for the next round."""
SYNC_PAUSE = func.make_interval(0, 0, 0, 0, 0, EmailIntegration.sync_frequency_minutes)
"""Between two syncs of an integration, as people have chosen it."""
_TICK_TOLERANCE = timedelta(minutes=7, seconds=30)
"""Half the time between two rounds: a sync ends after the round that has started it, and would
otherwise miss every other one."""
_SYNC_OVERLAP = timedelta(hours=1)
"""A look-back begins so much before the last sync: providers' clocks, and mails under way."""


class InboxKey(BaseModel):
    """An integration, with whom it has to belong to."""

    integration_id: int
    user_id: int
    tenant_id: int


class DueInbox(InboxKey):
    """An integration that wants syncing."""

    provider: MailboxProviderName


class SyncStart(BaseModel):
    """How a sync begins.

    Attributes:
        sync_run_id: Its record; None when there is nothing to do.
        status: Of the integration.
        has_keywords: Whether there are words to look for.
        left_behind: Mails of earlier syncs that still wait for parsing.
    """

    sync_run_id: int | None
    status: IntegrationStatus
    has_keywords: bool = False
    left_behind: list[int] = []


@dataclass(frozen=True, slots=True)
class Position:
    """Where a sync stands.

    Attributes:
        provider: Who keeps the mailbox.
        cursor: Where to go on.
        last_synced_at: When the last sync ended.
    """

    provider: MailboxProviderName
    cursor: str | None
    last_synced_at: datetime | None


def kept_in_sync(query: Select[*ColumnTs]) -> Select[*ColumnTs]:
    """A query of integrations, of those only that are synced: nobody has switched them off."""
    return (
        query.join(PortalUser, PortalUser.id == EmailIntegration.user_id)
        .join(Tenant, Tenant.id == EmailIntegration.tenant_id)
        .where(
            EmailIntegration.status == IntegrationStatus.ACTIVE,
            PortalUser.status == PortalUserStatus.ACTIVE,
            Tenant.status == TenantStatus.ACTIVE,
        )
    )


async def due_inboxes(session: AsyncSession, at: datetime) -> list[DueInbox]:
    """The active integrations that want syncing by their own frequency, the longest waiting first.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        at: When the round fired.
    """
    rows = await session.execute(
        kept_in_sync(
            select(
                EmailIntegration.id,
                EmailIntegration.user_id,
                EmailIntegration.tenant_id,
                EmailIntegration.provider,
            )
        )
        .where(
            EmailIntegration.last_synced_at.is_(None)
            | (EmailIntegration.last_synced_at + SYNC_PAUSE <= at + _TICK_TOLERANCE),
        )
        .order_by(EmailIntegration.last_synced_at.asc().nulls_first(), EmailIntegration.id)
        .limit(MAX_DUE)
    )
    return [
        DueInbox(
            integration_id=row.id,
            user_id=row.user_id,
            tenant_id=row.tenant_id,
            provider=MailboxProviderName(row.provider),
        )
        for row in rows
    ]


async def find_integration(
    session: AsyncSession, inbox: InboxKey, *, lock: bool = False
) -> EmailIntegration:
    """The integration, if it is this person's of this tenant.

    Raises:
        NotFoundError: There is none.
    """
    query = select(EmailIntegration).where(
        EmailIntegration.id == inbox.integration_id,
        EmailIntegration.user_id == inbox.user_id,
        EmailIntegration.tenant_id == inbox.tenant_id,
    )
    integration = await session.scalar(query.with_for_update() if lock else query)
    if integration is None:
        raise NotFoundError("integration", inbox.integration_id)
    return integration


async def open_run(
    session: AsyncSession, integration: EmailIntegration, run_key: str, trigger: SyncTrigger
) -> int:
    """Begin the record of a sync; a second time gives the same one.

    Records that an earlier run has left open, because it was cancelled or its engine lost it, are
    closed.
    """
    now = datetime.now(UTC)
    await session.execute(
        update(SyncRun)
        .where(
            SyncRun.integration_id == integration.id,
            SyncRun.status == SyncRunStatus.RUNNING,
            SyncRun.run_key != run_key,
        )
        .values(
            status=SyncRunStatus.FAILED,
            error_code=IntegrationErrorType.UNEXPECTED,
            error=WORDS[IntegrationErrorType.UNEXPECTED],
            finished_at=now,
        )
    )
    run_id: int = (
        await session.execute(
            insert(SyncRun)
            .values(
                tenant_id=integration.tenant_id,
                integration_id=integration.id,
                run_key=run_key,
                trigger=trigger,
            )
            # Changes nothing, but gives the id of the row that is there.
            .on_conflict_do_update(
                index_elements=["integration_id", "run_key"], set_={"run_key": run_key}
            )
            .returning(SyncRun.id)
        )
    ).scalar_one()
    return run_id


async def load_position(session: AsyncSession, inbox: InboxKey) -> Position | None:
    """Where a sync goes on; None when the integration was paused or disconnected meanwhile."""
    integration = await find_integration(session, inbox)
    if integration.status != IntegrationStatus.ACTIVE:
        return None
    return Position(
        MailboxProviderName(integration.provider),
        integration.sync_cursor,
        integration.last_synced_at,
    )


def look_back_start(
    last_synced_at: datetime | None, *, first: timedelta, longest: timedelta
) -> datetime:
    """How far back an inbox is looked through when there is no cursor.

    Args:
        last_synced_at: When the last sync ended.
        first: For an inbox that was never synced, and at least.
        longest: At most.
    """
    now = datetime.now(UTC)
    start = now - first
    if last_synced_at is not None:
        start = min(start, last_synced_at - _SYNC_OVERLAP)
    return max(start, now - longest)


async def count_queued(
    session: AsyncSession, integration_id: int, sync_run_id: int, queued: int
) -> None:
    """Count mails that were stored, in the transaction that has stored them."""
    if queued == 0:
        return
    await session.execute(
        update(SyncRun)
        .where(SyncRun.id == sync_run_id)
        .values(messages_queued=SyncRun.messages_queued + queued)
    )
    await session.execute(
        update(EmailIntegration)
        .where(EmailIntegration.id == integration_id)
        .values(messages_queued=EmailIntegration.messages_queued + queued)
    )


async def count_calls(session: AsyncSession, sync_run_id: int, calls: int) -> None:
    """Count requests to the provider."""
    await session.execute(
        update(SyncRun)
        .where(SyncRun.id == sync_run_id)
        .values(provider_calls=SyncRun.provider_calls + calls)
    )


async def advance(
    session: AsyncSession,
    integration_id: int,
    sync_run_id: int,
    *,
    old: str | None,
    new: str | None,
    found: int = 0,
) -> bool:
    """Move the cursor, unless somebody else has done so or the integration is not active any more.

    Args:
        session: A session of the tenant.
        integration_id: Which.
        sync_run_id: The sync.
        old: Where it was.
        new: Where the next call goes on; the mails before are stored.
        found: New mails that the provider named in between.

    Returns:
        Whether it was moved.
    """
    moved = await session.execute(
        update(EmailIntegration)
        .where(
            EmailIntegration.id == integration_id,
            EmailIntegration.status == IntegrationStatus.ACTIVE,
            EmailIntegration.sync_cursor.is_not_distinct_from(old),
        )
        .values(sync_cursor=new, messages_found=EmailIntegration.messages_found + found)
    )
    if not isinstance(moved, CursorResult) or moved.rowcount == 0:
        return False
    await session.execute(
        update(SyncRun)
        .where(SyncRun.id == sync_run_id)
        .values(messages_found=SyncRun.messages_found + found)
    )
    return True


async def close_run(
    session: AsyncSession,
    integration_id: int,
    sync_run_id: int,
    *,
    status: SyncRunStatus,
    error_code: str | None = None,
    error: str | None = None,
) -> SyncRun:
    """End the record of a sync and say on the integration how it ended; repeatable.

    Failures in a row are counted elsewhere, by ``handle-email-integration-error``.
    """
    now = datetime.now(UTC)
    closed = await session.scalar(
        update(SyncRun)
        .where(SyncRun.id == sync_run_id, SyncRun.status == SyncRunStatus.RUNNING)
        .values(status=status, error_code=error_code, error=error, finished_at=now)
        .returning(SyncRun.id)
    )
    if closed is not None:
        outcome: dict[str, object] = {
            "last_synced_at": now,
            "last_error_code": error_code,
            "last_error": error,
        }
        if status is SyncRunStatus.COMPLETED:
            outcome["consecutive_failures"] = 0
        await session.execute(
            update(EmailIntegration).where(EmailIntegration.id == integration_id).values(**outcome)
        )
    run = await session.scalar(select(SyncRun).where(SyncRun.id == sync_run_id))
    if run is None:
        raise NotFoundError("sync run", sync_run_id)
    return run
