"""Receiving an import: chunk by chunk, each with its postings, its report and its event at once.

A chunk is one transaction. A client that sends the same request again, after a crash or a lost
answer, has the chunks skipped that are there already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.database import Database
from blacklight_shared.events import JobsImported
from blacklight_shared.import_batches import settle_batch
from blacklight_shared.job_imports.errors import ImportConflictError
from blacklight_shared.job_imports.files import FileRow
from blacklight_shared.job_imports.postings import RowProblem, read_posting
from blacklight_shared.job_imports.store import (
    ImportTarget,
    StagedPosting,
    store_postings,
    store_problems,
)
from blacklight_shared.models import BatchStatus, JobImportBatch, JobImportChunk, Visibility
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace

CHUNK_ROWS = 500
"""Rows received, and postings matched, in one piece."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the client asked for.

    Attributes:
        tenant_id: Who imports; None for the platform.
        batch_key: Idempotency key.
        source: Name of the source.
        visibility: Who may see the postings.
        request_hash: SHA-256 of options and content.
    """

    tenant_id: int | None
    batch_key: str
    source: str
    visibility: Visibility
    request_hash: bytes


async def receive_import(
    database: Database, options: ImportOptions, rows: Iterator[FileRow]
) -> int:
    """Import postings and owe the events that have them matched.

    Args:
        database: Its sessions are opened here, one a chunk.
        options: What the client asked for.
        rows: All of them; of a file that was checked already.

    Returns:
        ``JobImportBatch.id``.

    Raises:
        ImportConflictError: The batch key was used for another import.
    """
    batch = await _open_batch(database, options)
    await receive_rows(database, batch, rows)
    return batch.id


async def receive_rows(database: Database, batch: JobImportBatch, rows: Iterator[FileRow]) -> None:
    """Receive the rows of a batch, unless it has them; chunks that are there are skipped.

    Args:
        database: Its sessions are opened here, one a chunk.
        batch: As it is now.
        rows: All of them, the same ones in every attempt.
    """
    if batch.status != BatchStatus.RECEIVING:
        return
    target = ImportTarget(
        batch_id=batch.id,
        source=batch.source,
        importer_tenant_id=batch.tenant_id,
        source_tenant_id=batch.tenant_id if batch.visibility == Visibility.TENANT else None,
    )
    await _receive_chunks(database, target, _Chunks(rows))
    async with database.session_for(batch.tenant_id) as session:
        await _finish_receiving(session, batch.id)


async def _open_batch(database: Database, options: ImportOptions) -> JobImportBatch:
    async with database.session_for(options.tenant_id) as session:
        await session.execute(
            insert(JobImportBatch)
            .values(
                tenant_id=options.tenant_id,
                batch_key=options.batch_key,
                request_hash=options.request_hash,
                source=options.source,
                visibility=options.visibility,
            )
            .on_conflict_do_nothing()
        )
        batch = await session.scalar(
            select(JobImportBatch).where(
                JobImportBatch.batch_key == options.batch_key,
                JobImportBatch.tenant_id.is_not_distinct_from(options.tenant_id),
            )
        )
    if batch is None or batch.request_hash != options.request_hash:
        raise ImportConflictError(
            "This batch_id was used for another import; send the same file and options again, or"
            " choose a new one."
        )
    return batch


@dataclass(slots=True)
class _Chunk:
    number: int
    rows_received: int
    good: list[StagedPosting] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


class _Chunks:
    """Cuts rows into chunks, and refuses the second row of an external id."""

    def __init__(self, rows: Iterator[FileRow]) -> None:
        self._rows = rows
        self._number = 0
        self._line_of_id: dict[str, int] = {}

    def take(self) -> _Chunk | None:
        """The next chunk; None after the last."""
        rows = list(islice(self._rows, CHUNK_ROWS))
        if not rows:
            return None
        chunk = _Chunk(self._number, rows_received=len(rows))
        self._number += 1
        for row in rows:
            self._sort_in(chunk, row)
        return chunk

    def _sort_in(self, chunk: _Chunk, row: FileRow) -> None:
        if row.values is None:
            chunk.problems.append(
                RowProblem(row.line, None, "This is not a JSON object.", is_fatal=True)
            )
            return
        read = read_posting(row.line, row.values)
        chunk.problems.extend(read.problems)
        if read.posting is None:
            return
        staged = StagedPosting.of(row.line, read.posting)
        first_line = self._line_of_id.setdefault(staged.external_id, row.line)
        if first_line == row.line:
            chunk.good.append(staged)
        else:
            chunk.problems.append(
                RowProblem(
                    row.line,
                    "external_id",
                    f"The same posting stands in line {first_line}.",
                    is_fatal=True,
                )
            )


async def _receive_chunks(database: Database, target: ImportTarget, chunks: _Chunks) -> None:
    """Store one chunk after the other; while one is stored, a thread reads the next."""
    upcoming = asyncio.create_task(asyncio.to_thread(chunks.take))
    try:
        while (chunk := await upcoming) is not None:
            upcoming = asyncio.create_task(asyncio.to_thread(chunks.take))
            async with database.session_for(target.importer_tenant_id) as session:
                await _receive_chunk(session, target, chunk)
    finally:
        # The thread reads a file that the caller closes.
        await asyncio.gather(upcoming, return_exceptions=True)


async def _receive_chunk(session: AsyncSession, target: ImportTarget, chunk: _Chunk) -> None:
    if not await _claim_chunk(session, target, chunk):
        return
    stored = await store_postings(session, target, chunk.good)
    await store_problems(session, target, [*chunk.problems, *stored.refused])
    changed_ids = sorted(stored.new_ids + stored.updated_ids)
    await session.execute(
        update(JobImportChunk)
        .where(
            JobImportChunk.batch_id == target.batch_id,
            JobImportChunk.chunk_number == chunk.number,
        )
        .values(
            jobs_new=len(stored.new_ids),
            jobs_updated=len(stored.updated_ids),
            jobs_unchanged=len(chunk.good) - len(changed_ids) - len(stored.refused),
            rows_failed=chunk.rows_received - len(chunk.good) + len(stored.refused),
            posting_ids=changed_ids or None,
            completed_at=None if changed_ids else func.now(),
        )
    )
    if changed_ids:
        await _announce(session, target, chunk.number, changed_ids)


async def _claim_chunk(session: AsyncSession, target: ImportTarget, chunk: _Chunk) -> bool:
    """Whether the chunk is ours to receive; another request's is waited for, and then skipped."""
    claimed = await session.scalar(
        insert(JobImportChunk)
        .values(
            batch_id=target.batch_id,
            chunk_number=chunk.number,
            tenant_id=target.importer_tenant_id,
            rows_received=chunk.rows_received,
        )
        .on_conflict_do_nothing()
        .returning(JobImportChunk.chunk_number)
    )
    return claimed is not None


async def _announce(
    session: AsyncSession, target: ImportTarget, chunk_number: int, job_ids: Sequence[int]
) -> None:
    event = JobsImported(
        job_ids=list(job_ids),
        batch_id=target.batch_id,
        chunk_number=chunk_number,
        source=target.source,
        tenant_id=target.importer_tenant_id,
    )
    await add_events(
        session, [event], tenant_id=target.importer_tenant_id, trace_context=current_trace()
    )


async def _finish_receiving(session: AsyncSession, batch_id: int) -> None:
    await session.execute(
        update(JobImportBatch)
        .where(JobImportBatch.id == batch_id, JobImportBatch.status == BatchStatus.RECEIVING)
        .values(status=BatchStatus.MATCHING, received_at=func.now())
    )
    await settle_batch(session, batch_id)
