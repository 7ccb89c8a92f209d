"""How far an import has come, told by its chunks."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.import_batches import complete_chunk, fail_batch
from blacklight_shared.models import JobImportChunk
from blacklight_shared.workflows import translating_errors
from sqlalchemy import func, select

from blacklight_matching.deps import MatchingDeps


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """Chunks of a batch, as far as they were received.

    Attributes:
        chunks: How many there are.
        chunks_done: How many of them are matched.
        is_complete: Whether no more will come, and all are matched.
    """

    chunks: int
    chunks_done: int
    is_complete: bool

    @property
    def percent(self) -> float:
        """Chunks done of those received, 0–100."""
        return round(100 * self.chunks_done / self.chunks, 1) if self.chunks else 100.0


@translating_errors("finish chunk")
async def finish_chunk(
    deps: MatchingDeps,
    tenant_id: int | None,
    batch_id: int,
    chunk_number: int,
    matches_written: int,
) -> BatchProgress:
    """Mark a chunk as matched, and its batch as completed with the last one; repeatable."""
    async with deps.session(tenant_id) as session:
        is_complete = await complete_chunk(
            session, batch_id, chunk_number, matches_written=matches_written
        )
        chunks, done = (
            await session.execute(
                select(func.count(), func.count(JobImportChunk.completed_at)).where(
                    JobImportChunk.batch_id == batch_id
                )
            )
        ).one()
    return BatchProgress(chunks=chunks, chunks_done=done, is_complete=is_complete)


@translating_errors("fail batch")
async def give_up_batch(
    deps: MatchingDeps, tenant_id: int | None, batch_id: int, chunk_number: int, error_name: str
) -> None:
    """Say on a batch that a chunk of it could not be matched."""
    error = f"chunk {chunk_number} could not be matched: {error_name}"
    async with deps.session(tenant_id) as session:
        await fail_batch(session, batch_id, error)
