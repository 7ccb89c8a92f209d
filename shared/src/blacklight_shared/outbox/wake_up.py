"""Waiting for the database's call that an event was written."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Self

import psycopg
import structlog
from sqlalchemy import URL

CHANNEL = "blacklight_outbox"
CONNECT_TIMEOUT_SECONDS = 10

_log = structlog.get_logger(__name__)


class WakeUp:
    """Listens on a connection of its own; use as an async context manager.

    Args:
        url: The database.
        longest: How long a wait lasts without a call; covers calls that were lost while the
            connection was down.
    """

    def __init__(self, url: URL, *, longest: timedelta) -> None:
        self._url = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._longest = longest
        self._called = asyncio.Event()
        self._listener: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._listener = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_exception: object) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)

    async def wait(self, stop: asyncio.Event) -> None:
        """Return at a call since the last wait, when ``stop`` is set, or after the longest wait."""
        waits = [asyncio.create_task(self._called.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait(
            waits,
            timeout=self._longest.total_seconds(),
            return_when=asyncio.FIRST_COMPLETED,
        )
        for wait in waits:
            wait.cancel()
        self._called.clear()

    async def _listen(self) -> None:
        while True:
            try:
                await self._pass_calls_on()
            except (psycopg.Error, OSError) as fault:
                _log.info("outbox.listen_interrupted", reason=type(fault).__name__)
                await asyncio.sleep(self._longest.total_seconds())

    async def _pass_calls_on(self) -> None:
        connection = await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS
        )
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}")
            async for _call in connection.notifies():
                self._called.set()
