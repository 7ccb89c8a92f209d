"""Reading batches and what was wrong with their rows."""

from __future__ import annotations

from collections.abc import Sequence

from blacklight_shared.models import BatchStatus, JobImportBatch, JobImportChunk, JobImportError
from sqlalchemy import RowMapping, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from blacklight_api.imports.schemas import Batch, BatchCounts
from blacklight_api.problems import NotFound


async def batch_by_key(session: AsyncSession, batch_key: str) -> JobImportBatch:
    """The caller's batch of that key.

    Raises:
        NotFound: There is none, or row-level security hides it.
    """
    batch = await session.scalar(
        select(JobImportBatch).where(JobImportBatch.batch_key == batch_key)
    )
    if batch is None:
        raise NotFound("batch")
    return batch


async def batch_document(session: AsyncSession, batch_key: str) -> Batch:
    """A batch with its counts.

    Raises:
        NotFound: As ``batch_by_key``.
    """
    query = _with_counts().where(JobImportBatch.batch_key == batch_key)
    row = (await session.execute(query)).mappings().one_or_none()
    if row is None:
        raise NotFound("batch")
    return to_batch(row)


async def batch_rows(
    session: AsyncSession, *, status: BatchStatus | None, before_id: int | None, limit: int
) -> Sequence[RowMapping]:
    """Batches with their counts, the newest first; those of sources are shown with their import."""
    query = (
        _with_counts()
        .where(JobImportBatch.parent_batch_id.is_(None))
        .order_by(JobImportBatch.id.desc())
        .limit(limit)
    )
    if status is not None:
        query = query.where(JobImportBatch.status == status)
    if before_id is not None:
        query = query.where(JobImportBatch.id < before_id)
    return (await session.execute(query)).mappings().all()


async def source_rows(
    session: AsyncSession, import_id: int, *, after_id: int | None, limit: int
) -> Sequence[RowMapping]:
    """The batches of an import's sources with their counts, in the order of the request."""
    query = (
        _with_counts()
        .where(JobImportBatch.parent_batch_id == import_id)
        .order_by(JobImportBatch.id)
        .limit(limit)
    )
    if after_id is not None:
        query = query.where(JobImportBatch.id > after_id)
    return (await session.execute(query)).mappings().all()


async def has_batch(session: AsyncSession, batch_key: str) -> bool:
    """Whether the caller has a batch of that key."""
    found = select(JobImportBatch.id).where(JobImportBatch.batch_key == batch_key)
    return await session.scalar(found) is not None


async def batch_errors(
    session: AsyncSession, batch_id: int, *, after_id: int | None, limit: int
) -> Sequence[JobImportError]:
    """What was wrong with rows of a batch and of its sources, in the order of the files."""
    is_of_batch = or_(JobImportBatch.id == batch_id, JobImportBatch.parent_batch_id == batch_id)
    query = (
        select(JobImportError)
        .where(JobImportError.batch_id.in_(select(JobImportBatch.id).where(is_of_batch)))
        .order_by(JobImportError.id)
        .limit(limit)
    )
    if after_id is not None:
        query = query.where(JobImportError.id > after_id)
    return (await session.scalars(query)).all()


def to_batch(row: RowMapping) -> Batch:
    """What the client sees of a row of ``batch_rows``."""
    is_complete = row["status"] == BatchStatus.COMPLETED
    part = row["chunks_matched"] / row["chunks"] if row["chunks"] else 0.0
    return Batch(
        batch_id=row["batch_key"],
        source=row["source"],
        visibility=row["visibility"],
        status=row["status"],
        error=row["error"],
        sources=row["sources"],
        percent=100.0 if is_complete else round(min(99.0, 100 * part), 1),
        counts=BatchCounts.model_validate(dict(row)),
        created_at=row["created_at"],
        received_at=row["received_at"],
        completed_at=row["completed_at"],
    )


def _with_counts() -> Select[tuple[object, ...]]:
    chunk, part = JobImportChunk, aliased(JobImportBatch)
    is_source = part.parent_batch_id == JobImportBatch.id
    sources = select(part.id).where(is_source).correlate(JobImportBatch)
    source_count = select(func.count(part.id)).where(is_source).correlate(JobImportBatch)
    counts = (
        select(
            func.coalesce(func.sum(chunk.rows_received), 0).label("rows_received"),
            func.coalesce(func.sum(chunk.jobs_new), 0).label("jobs_new"),
            func.coalesce(func.sum(chunk.jobs_updated), 0).label("jobs_updated"),
            func.coalesce(func.sum(chunk.jobs_unchanged), 0).label("jobs_unchanged"),
            func.coalesce(func.sum(chunk.rows_failed), 0).label("rows_failed"),
            func.coalesce(func.sum(chunk.matches_written), 0).label("matches_written"),
            func.count().label("chunks"),
            func.count(chunk.completed_at).label("chunks_matched"),
        )
        .where(or_(chunk.batch_id == JobImportBatch.id, chunk.batch_id.in_(sources)))
        .lateral("counts")
    )
    return select(
        *JobImportBatch.__table__.columns,
        *counts.columns,
        source_count.scalar_subquery().label("sources"),
    ).select_from(JobImportBatch.__table__.join(counts, counts.c.chunks >= 0))
