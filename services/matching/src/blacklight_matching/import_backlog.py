"""How much of all imports waits for its matches: what the number of workers should follow."""

from __future__ import annotations

from blacklight_shared.database import Database
from sqlalchemy import text

from blacklight_matching.metrics import IMPORT_CHUNKS_WAITING, IMPORT_OLDEST_CHUNK_SECONDS

_WAITING = text(
    """
    SELECT count(*) AS chunks,
      COALESCE(EXTRACT(epoch FROM now() - min(chunk.received_at)), 0)::float8 AS oldest_seconds
    FROM job_import_batches AS batch
    JOIN job_import_chunks AS chunk ON chunk.batch_id = batch.id
    WHERE batch.completed_at IS NULL AND chunk.completed_at IS NULL
    """
)


async def measure_import_backlog(database: Database) -> None:
    """Bring the gauges of chunks that wait up to date, over all tenants."""
    async with database.system_session() as session:
        waiting = (await session.execute(_WAITING)).one()
    IMPORT_CHUNKS_WAITING.set(waiting.chunks)
    IMPORT_OLDEST_CHUNK_SECONDS.set(waiting.oldest_seconds)
