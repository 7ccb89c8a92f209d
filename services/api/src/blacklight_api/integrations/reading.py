"""How far the reading of a mailbox has come, for people who wait for it."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.models import EmailMessage, EmailMessageStatus, SyncRun, SyncRunStatus
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of a mailbox: first its mails are fetched, then each is looked into.

    Attributes:
        status: Of the fetching; None until a worker has begun.
        found: Mails that were found.
        queued: Of them, those that may hold a posting.
        waiting: Mails of the mailbox that are still to be looked into.
    """

    status: SyncRunStatus | None
    found: int = 0
    queued: int = 0
    waiting: int = 0

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        is_fetched = self.status not in {None, SyncRunStatus.RUNNING}
        return is_fetched and (self.waiting == 0 or self.status is SyncRunStatus.FAILED)

    @property
    def percent(self) -> float | None:
        """Of the mails that are looked into; None while their number is unknown."""
        if self.is_done:
            return 100.0
        if self.status is not SyncRunStatus.COMPLETED:
            return None
        return 100.0 * (1 - self.waiting / max(self.queued, self.waiting))


async def latest_run_id(session: AsyncSession, integration_id: int) -> int:
    """The id of the newest reading; 0 before the first."""
    newest = select(func.max(SyncRun.id)).where(SyncRun.integration_id == integration_id)
    return await session.scalar(newest) or 0


async def find_reading(session: AsyncSession, integration_id: int, *, after: int) -> Reading:
    """The newest reading that began after another one.

    Args:
        session: The tenant's transaction.
        integration_id: The mailbox.
        after: Id of the other one; 0 for none.
    """
    run = await session.scalar(
        select(SyncRun)
        .where(SyncRun.integration_id == integration_id, SyncRun.id > after)
        .order_by(SyncRun.id.desc())
        .limit(1)
    )
    if run is None:
        return Reading(None)
    waiting = await session.scalar(
        select(func.count()).where(
            EmailMessage.integration_id == integration_id,
            EmailMessage.status == EmailMessageStatus.QUEUED,
        )
    )
    return Reading(SyncRunStatus(run.status), run.messages_found, run.messages_queued, waiting or 0)
