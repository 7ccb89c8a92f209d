"""Following an import live, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from blacklight_shared.database import Database
from blacklight_shared.models import BatchStatus
from sse_starlette import ServerSentEvent

from blacklight_api.auth.principal import Principal
from blacklight_api.imports.queries import batch_document
from blacklight_api.imports.schemas import Batch

POLL_INTERVAL = timedelta(milliseconds=500)
LONGEST_WATCH = timedelta(hours=1)
"""After it the stream ends, and the client's event source connects again by itself."""

_ENDED = frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED})


async def watch_batch(
    database: Database, principal: Principal, batch_key: str
) -> AsyncIterator[ServerSentEvent]:
    """An event ``progress`` at each change, and ``end`` when the batch is complete.

    Each look is a short transaction of its own, so that a watcher holds no connection.
    """
    seen: Batch | None = None
    for _look in range(int(LONGEST_WATCH / POLL_INTERVAL)):
        async with database.session_for(principal.tenant_id) as session:
            batch = await batch_document(session, batch_key)
        if batch != seen:
            yield ServerSentEvent(batch.model_dump_json(), event="progress")
            seen = batch
        if batch.status in _ENDED:
            yield ServerSentEvent(batch.model_dump_json(), event="end")
            return
        await asyncio.sleep(POLL_INTERVAL.total_seconds())
