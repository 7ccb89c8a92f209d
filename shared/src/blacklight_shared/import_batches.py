"""When a chunk of an import is done, and when the whole batch is.

The gateway and the matching worker receive chunks, any number of workers match them. All settle the
batch through ``settle_batch``, which locks it first, so whoever is last completes it, once. That a
batch has ended which is one source of an import is announced in the same transaction.
"""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.events import JobSourceCompleted
from blacklight_shared.models import BatchStatus, JobImportBatch, JobImportChunk
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace

ENDED_STATUSES = frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED})


async def complete_chunk(
    session: AsyncSession, batch_id: int, chunk_number: int, *, matches_written: int
) -> bool:
    """Mark a chunk as matched; the first call counts, later ones change nothing.

    Args:
        session: Of the batch's tenant, or without one for the platform's batches.
        batch_id: ``JobImportBatch.id``.
        chunk_number: Which chunk of it.
        matches_written: Matches made or changed for the chunk's postings.

    Returns:
        Whether the batch is complete now.
    """
    await session.execute(
        update(JobImportChunk)
        .where(
            JobImportChunk.batch_id == batch_id,
            JobImportChunk.chunk_number == chunk_number,
            JobImportChunk.completed_at.is_(None),
        )
        .values(completed_at=func.now(), matches_written=matches_written, posting_ids=None)
    )
    return await settle_batch(session, batch_id)


async def settle_batch(session: AsyncSession, batch_id: int) -> bool:
    """Complete a batch that is received and has no chunk left to match.

    Returns:
        Whether the batch is complete.
    """
    batch = await _locked(session, batch_id)
    if batch is None or batch.status != BatchStatus.MATCHING:
        return batch is not None and batch.status == BatchStatus.COMPLETED
    # The lock above is what makes this a fresh look: chunks committed while waiting are seen.
    is_waiting = await session.scalar(
        select(JobImportChunk.chunk_number)
        .where(JobImportChunk.batch_id == batch_id, JobImportChunk.completed_at.is_(None))
        .limit(1)
    )
    if is_waiting is not None:
        return False
    await _end(session, batch, BatchStatus.COMPLETED, error=None)
    return True


async def fail_batch(session: AsyncSession, batch_id: int, error: str) -> None:
    """End a batch that cannot be received or matched; one that has ended stays as it is.

    Args:
        session: Of the batch's tenant, or without one for the platform's batches.
        batch_id: ``JobImportBatch.id``.
        error: Why, for the people who imported.
    """
    batch = await _locked(session, batch_id)
    if batch is not None and batch.status not in ENDED_STATUSES:
        await _end(session, batch, BatchStatus.FAILED, error=error)


async def announce_end(session: AsyncSession, batch: JobImportBatch) -> None:
    """Tell who coordinates an import that this source of it has ended; harmless when repeated."""
    if batch.parent_batch_id is None:
        return
    event = JobSourceCompleted(
        batch_id=batch.id,
        import_id=batch.parent_batch_id,
        tenant_id=batch.tenant_id,
        is_failed=batch.status == BatchStatus.FAILED,
    )
    await add_events(session, [event], tenant_id=batch.tenant_id, trace_context=current_trace())


async def _locked(session: AsyncSession, batch_id: int) -> JobImportBatch | None:
    return await session.scalar(
        select(JobImportBatch)
        .where(JobImportBatch.id == batch_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


async def _end(
    session: AsyncSession, batch: JobImportBatch, status: BatchStatus, *, error: str | None
) -> None:
    await session.execute(
        update(JobImportBatch)
        .where(JobImportBatch.id == batch.id)
        .values(
            status=status,
            error=error,
            feed_url_sealed=None,
            completed_at=func.now(),
            updated_at=func.now(),
        )
    )
    await session.refresh(batch)
    await announce_end(session, batch)
