"""When a chunk of an import is done, and when the whole batch is.

The gateway receives chunks, any number of workers match them. Both settle the batch through
``settle_batch``, which locks it first, so whoever is last completes it, once.
"""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.models import BatchStatus, JobImportBatch, JobImportChunk


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
        .values(completed_at=func.now(), matches_written=matches_written)
    )
    return await settle_batch(session, batch_id)


async def settle_batch(session: AsyncSession, batch_id: int) -> bool:
    """Complete a batch that is received and has no chunk left to match.

    Returns:
        Whether the batch is complete.
    """
    status = await session.scalar(
        select(JobImportBatch.status).where(JobImportBatch.id == batch_id).with_for_update()
    )
    if status != BatchStatus.MATCHING:
        return status == BatchStatus.COMPLETED
    # The lock above is what makes this a fresh look: chunks committed while waiting are seen.
    is_waiting = await session.scalar(
        select(JobImportChunk.chunk_number)
        .where(JobImportChunk.batch_id == batch_id, JobImportChunk.completed_at.is_(None))
        .limit(1)
    )
    if is_waiting is not None:
        return False
    await session.execute(
        update(JobImportBatch)
        .where(JobImportBatch.id == batch_id)
        .values(status=BatchStatus.COMPLETED, completed_at=func.now(), updated_at=func.now())
    )
    return True
