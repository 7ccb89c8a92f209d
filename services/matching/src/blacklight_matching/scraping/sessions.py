"""Scraper sessions that went silent: found across tenants, ended one tenant at a time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blacklight_shared.models import (
    AuditEntry,
    ScraperSession,
    ScraperSessionStatus,
    ScrapeTarget,
)
from blacklight_shared.scraping import HEARTBEAT_TIMEOUT, return_to_queue
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

SILENT = "The scraper was silent for an hour."


@dataclass(frozen=True, slots=True)
class SilentSession:
    """A session without a recent heartbeat.

    Attributes:
        session_id: The session.
        tenant_id: Whose it is; None for the platform.
    """

    session_id: str
    tenant_id: int | None


async def silent_sessions(
    session: AsyncSession, at: datetime, *, limit: int
) -> list[SilentSession]:
    """Find sessions in progress that are silent for too long, the longest first.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        at: Now.
        limit: How many at most.
    """
    rows = await session.execute(
        select(ScraperSession.id, ScraperSession.tenant_id)
        .where(
            ScraperSession.status == ScraperSessionStatus.IN_PROGRESS,
            ScraperSession.heartbeat_at < at - HEARTBEAT_TIMEOUT,
        )
        .order_by(ScraperSession.heartbeat_at, ScraperSession.id)
        .limit(limit)
    )
    return [SilentSession(str(row.id), row.tenant_id) for row in rows]


async def time_out(
    session: AsyncSession, session_ids: Sequence[str], at: datetime, *, workflow_id: str
) -> int:
    """End sessions that are still silent, and return what they worked on to the queue.

    Whoever locks a session first decides: a heartbeat or an end that came before keeps it as it is,
    one that comes later is refused by the gateway.

    Args:
        session: A transaction that sees the sessions.
        session_ids: Those that were found silent.
        at: Now, as it was when they were found.
        workflow_id: Who does it, for the audit log.

    Returns:
        How many of them have timed out, also by an earlier call.
    """
    found = await session.scalars(
        select(ScraperSession)
        .where(ScraperSession.id.in_([uuid.UUID(session_id) for session_id in session_ids]))
        .order_by(ScraperSession.id)
        .with_for_update()
    )
    sessions = found.all()
    for silent in sessions:
        is_in_progress = silent.status == ScraperSessionStatus.IN_PROGRESS
        if is_in_progress and silent.heartbeat_at < at - HEARTBEAT_TIMEOUT:
            await _end(session, silent, at, workflow_id)
    return sum(one.status == ScraperSessionStatus.TIMED_OUT for one in sessions)


async def _end(
    session: AsyncSession, silent: ScraperSession, at: datetime, workflow_id: str
) -> None:
    silent.status = ScraperSessionStatus.TIMED_OUT
    silent.error = SILENT
    silent.finished_at = at
    target = await session.get_one(ScrapeTarget, silent.scrape_target_id, with_for_update=True)
    return_to_queue(target, SILENT)
    session.add(
        AuditEntry(
            tenant_id=silent.tenant_id,
            actor_type="workflow",
            actor_id=workflow_id,
            action="scraper_session.timed_out",
            entity_type="scraper_session",
            entity_id=str(silent.id),
            changes={"attempts": target.attempts},
        )
    )
