"""HTTP endpoints of embeddings."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.events import BackfillEmbeddings

from blacklight_api.audit.service import record
from blacklight_api.auth.scopes import Scope
from blacklight_api.embeddings.schemas import BackfillRequest, BackfillRequested
from blacklight_api.routing import gateway_router
from blacklight_api.work import Work, platform_work

router = gateway_router("/embeddings", "embeddings")


@router.post("/backfills", status_code=202)
async def backfill_embeddings(
    wanted: BackfillRequest, work: Annotated[Work, platform_work(Scope.EMBEDDINGS_WRITE)]
) -> BackfillRequested:
    """Have embeddings made that are missing, or of another model or text than today's.

    Of all tenants; one backfill runs at a time, and goes on until none is left. What gets an
    embedding is matched again.
    """
    event = BackfillEmbeddings(entity_type=wanted.entity_type, batch_size=wanted.batch_size)
    [event_id] = await work.emit(event)
    await record(work, "embedding_backfill.requested", str(event_id), details=wanted.model_dump())
    return BackfillRequested(
        event_id=str(event_id), entity_type=wanted.entity_type, batch_size=wanted.batch_size
    )
