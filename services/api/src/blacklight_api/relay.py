"""The outbox relay: beside the gateway in one process, or alone as its own."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from blacklight_shared.database import Database
from blacklight_shared.logging import configure_logging
from blacklight_shared.outbox import EventApi, OutboxRelay
from blacklight_shared.telemetry import configure_tracing

from blacklight_api.settings import ApiSettings

SERVICE = "blacklight-relay"


@asynccontextmanager
async def relay_in_background(settings: ApiSettings, database: Database) -> AsyncIterator[None]:
    """Relay while the block runs; at its end the batch in hand is finished."""
    if not settings.relay_enabled:
        yield
        return
    stop = asyncio.Event()
    async with EventApi.from_settings(settings) as event_api, asyncio.TaskGroup() as tasks:
        tasks.create_task(OutboxRelay(database, event_api).run(stop))
        try:
            yield
        finally:
            stop.set()


async def relay_until_stopped(settings: ApiSettings) -> None:
    """Relay until SIGINT or SIGTERM."""
    configure_logging(settings, service=SERVICE)
    stop_tracing = configure_tracing(SERVICE)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = Database.from_settings(settings)
    try:
        async with EventApi.from_settings(settings) as event_api:
            await OutboxRelay(database, event_api).run(stop)
    finally:
        await database.close()
        stop_tracing()
