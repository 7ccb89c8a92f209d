"""Following an import live."""

from __future__ import annotations

from collections.abc import AsyncIterator

from blacklight_shared.database import Database
from blacklight_shared.models import BatchStatus
from sse_starlette import ServerSentEvent

from blacklight_api.auth.principal import Principal
from blacklight_api.imports.queries import batch_document
from blacklight_api.imports.schemas import Batch
from blacklight_api.watching import watch

_ENDED = frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED})


def watch_batch(
    database: Database, principal: Principal, batch_key: str
) -> AsyncIterator[ServerSentEvent]:
    """An event ``progress`` at each change, and ``end`` when the batch is complete."""

    async def look() -> Batch:
        async with database.session_for(principal.tenant_id) as session:
            return await batch_document(session, batch_key)

    return watch(look, has_ended=lambda batch: batch.status in _ENDED)
