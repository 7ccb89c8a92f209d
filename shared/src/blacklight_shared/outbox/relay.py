"""Moving events from the outbox to the engine.

Any number of relays may run. Each takes the oldest due events under ``FOR UPDATE SKIP LOCKED``,
sends them with the outbox id as event id, and marks them sent in the same transaction. A relay
that dies between sending and marking leaves the rows unmarked; they are sent again under the same
id, which the engine drops. Of events with one subject only the oldest is taken, so that their
order holds across relays.

An engine that cannot be reached is nobody's fault: the relay waits, and no event is given up. An
event that the engine refuses is tried again with backoff and after ``MAX_REFUSALS`` set aside as
dead, for an operator to look at.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import RowMapping, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.database import Database
from blacklight_shared.models import OutboxEvent
from blacklight_shared.outbox.delivery import (
    EngineUnavailableError,
    EventApi,
    EventRefusedError,
)
from blacklight_shared.outbox.metrics import (
    OUTBOX_DEAD,
    OUTBOX_OLDEST_SECONDS,
    OUTBOX_PENDING,
    OUTBOX_REFUSED,
    OUTBOX_SENT,
)
from blacklight_shared.outbox.wake_up import WakeUp

BATCH_SIZE = 100
MAX_REFUSALS = 10
POLL_INTERVAL = timedelta(seconds=5)
"""Longest wait for a wake-up call that was lost with its connection."""
FIRST_BACKOFF = timedelta(seconds=1)
LONGEST_BACKOFF = timedelta(minutes=5)
HOUSEKEEPING_INTERVAL = timedelta(seconds=15)
KEPT_AFTER_SENDING = timedelta(days=7)
PURGE_BATCH_SIZE = 1_000

_log = structlog.get_logger(__name__)

_DUE = text(
    """
    SELECT id, name, data, subject, trace_context, attempts, created_at
    FROM outbox_events AS event
    WHERE sent_at IS NULL AND dead_at IS NULL AND available_at <= now()
      AND (subject = '' OR NOT EXISTS (
        SELECT FROM outbox_events AS earlier
        WHERE earlier.subject = event.subject AND earlier.sequence < event.sequence
          AND earlier.sent_at IS NULL AND earlier.dead_at IS NULL
      ))
    ORDER BY sequence
    LIMIT :limit
    FOR UPDATE SKIP LOCKED
    """
)


@dataclass(slots=True)
class OutboxRelay:
    """Sends what the outbox owes until told to stop.

    Args:
        database: Its system role reads and marks the outbox.
        event_api: Where events are sent, open.
    """

    database: Database
    event_api: EventApi

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until ``stop`` is set; a batch in hand is finished first.

        Faults of the database and the engine are waited out, with growing pauses.
        """
        failures = 0
        async with (
            WakeUp(self.database.system_engine.url, longest=POLL_INTERVAL) as wake_up,
            asyncio.TaskGroup() as tasks,
        ):
            housekeeping = tasks.create_task(self._keep_house(stop))
            while not stop.is_set():
                try:
                    relayed = await self.relay_batch()
                    failures = 0
                except (EngineUnavailableError, DBAPIError, OSError) as fault:
                    failures += 1
                    pause = _backoff(failures)
                    _log.warning(
                        "outbox.waiting",
                        reason=_reason(fault),
                        retry_in_seconds=round(pause.total_seconds(), 1),
                    )
                    await _wait(stop, pause)
                    continue
                if relayed == 0:
                    await wake_up.wait(stop)
            await housekeeping

    async def relay_batch(self) -> int:
        """Send one batch of due events.

        Returns:
            How many events were sent or refused; 0 when none is due.

        Raises:
            EngineUnavailableError: The engine did not answer; nothing was marked.
        """
        async with self.database.system_session() as session:
            rows = (await session.execute(_DUE, {"limit": BATCH_SIZE})).mappings().all()
            if rows:
                await self._send(session, rows)
            return len(rows)

    async def _send(self, session: AsyncSession, rows: Sequence[RowMapping]) -> None:
        try:
            await self.event_api.send(rows)
        except EventRefusedError as refusal:
            if len(rows) == 1:
                await _mark_refused(session, rows[0], refusal)
                return
            # One bad event fails its whole batch; alone, the good ones go through.
            for row in rows:
                await self._send(session, [row])
            return
        await _mark_sent(session, rows)

    async def _keep_house(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.measure()
                await self.purge()
            except (DBAPIError, OSError) as fault:
                _log.warning("outbox.housekeeping_failed", reason=type(fault).__name__)
            await _wait(stop, HOUSEKEEPING_INTERVAL)

    async def measure(self) -> None:
        """Bring the gauges of lag, pending and dead events up to date."""
        pending = (OutboxEvent.sent_at.is_(None)) & (OutboxEvent.dead_at.is_(None))
        async with self.database.system_session() as session:
            oldest_seconds, pending_count = (
                await session.execute(
                    select(
                        func.coalesce(
                            func.extract("epoch", func.now() - func.min(OutboxEvent.created_at)), 0
                        ),
                        func.count(),
                    ).where(pending)
                )
            ).one()
            dead_count = await session.scalar(
                select(func.count()).where(OutboxEvent.dead_at.is_not(None))
            )
        OUTBOX_OLDEST_SECONDS.set(float(oldest_seconds))
        OUTBOX_PENDING.set(pending_count)
        OUTBOX_DEAD.set(dead_count or 0)

    async def purge(self) -> int:
        """Delete events that were sent long ago, a bounded number at a time.

        Returns:
            How many were deleted.
        """
        old = (
            select(OutboxEvent.id)
            .where(OutboxEvent.sent_at < func.now() - KEPT_AFTER_SENDING)
            .limit(PURGE_BATCH_SIZE)
            .with_for_update(skip_locked=True)
        )
        async with self.database.system_session() as session:
            deleted = await session.execute(
                delete(OutboxEvent).where(OutboxEvent.id.in_(old)).returning(OutboxEvent.sequence)
            )
            return len(deleted.all())


async def _mark_sent(session: AsyncSession, rows: Sequence[RowMapping]) -> None:
    await session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id.in_([row["id"] for row in rows]))
        .values(sent_at=func.clock_timestamp(), last_error=None)
    )
    OUTBOX_SENT.inc(len(rows))


async def _mark_refused(session: AsyncSession, row: RowMapping, refusal: EventRefusedError) -> None:
    attempts = row["attempts"] + 1
    is_dead = attempts >= MAX_REFUSALS
    await session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.id == row["id"])
        .values(
            attempts=attempts,
            last_error=str(refusal),
            available_at=func.now() + _backoff(attempts),
            dead_at=func.now() if is_dead else None,
        )
    )
    OUTBOX_REFUSED.inc()
    log = _log.error if is_dead else _log.warning
    log("outbox.event_refused", event_id=str(row["id"]), event_name=row["name"], dead=is_dead)


def _reason(fault: Exception) -> str:
    # A database error's own text can hold values; the engine's was made for the log.
    return str(fault) if isinstance(fault, EngineUnavailableError) else type(fault).__name__


def _backoff(attempt: int) -> timedelta:
    """Exponential backoff with full jitter on its upper half.

    Args:
        attempt: 1 for the first failure.
    """
    ceiling: timedelta = min(LONGEST_BACKOFF, FIRST_BACKOFF * (1 << min(attempt - 1, 20)))
    return ceiling * (0.5 + random.random() / 2)  # noqa: S311 -- jitter, not a secret


async def _wait(stop: asyncio.Event, pause: timedelta) -> None:
    try:
        await asyncio.wait_for(stop.wait(), pause.total_seconds())
    except TimeoutError:
        return
