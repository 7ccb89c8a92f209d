"""A host's turn: one request after the other, with a pause, over all workers and tenants."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import timedelta

from blacklight_shared.database import Database
from blacklight_shared.workflows import RetriableError
from sqlalchemy import text

from blacklight_registration.metrics import HOST_WAIT_SECONDS

LONGEST_WAIT = timedelta(seconds=30)
"""A worker that would wait longer does something else meanwhile."""


class HostBusyError(RetriableError):
    """So many wait for a host that it is better to come back."""


_TAKE_TURN = text(
    """
    INSERT INTO outbound_hosts AS host (host_hash, free_at)
    VALUES (:host_hash, clock_timestamp() + :delay)
    ON CONFLICT (host_hash) DO UPDATE
      SET free_at = GREATEST(host.free_at, clock_timestamp()) + :delay
      WHERE host.free_at <= clock_timestamp() + :longest_wait
    RETURNING GREATEST(free_at - :delay - clock_timestamp(), interval '0') AS wait
    """
)
_FORGET = text("DELETE FROM outbound_hosts WHERE free_at < clock_timestamp() - interval '1 hour'")


async def wait_for_turn(database: Database, host: str, delay: timedelta) -> None:
    """Wait until a host may be asked again.

    Args:
        database: Where turns are taken, so that all workers share them.
        host: Name of the host.
        delay: Between two requests.

    Raises:
        HostBusyError: Others have too many turns before.
    """
    parameters = {
        "host_hash": hashlib.sha256(host.encode()).digest(),
        "delay": delay,
        "longest_wait": LONGEST_WAIT,
    }
    async with database.global_session() as session:
        wait: timedelta | None = await session.scalar(_TAKE_TURN, parameters)
    if wait is None:
        raise HostBusyError("many wait for this host")
    HOST_WAIT_SECONDS.observe(wait.total_seconds())
    await asyncio.sleep(wait.total_seconds())


async def forget_idle_hosts(database: Database) -> None:
    """Delete the turns of hosts that nobody asks any more."""
    async with database.global_session() as session:
        await session.execute(_FORGET)
