"""Receiving an import: chunk by chunk, each with its postings, its report and its event at once.

A few chunks are one transaction, and two transactions go on at a time. A client that sends the same
request again, after a crash or a lost answer, has the chunks skipped that are there already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Self

from sqlalchemy import func, select, text, update
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
    StoredPostings,
    store_postings,
    store_problems,
)
from blacklight_shared.models import BatchStatus, JobImportBatch, JobImportChunk, Visibility
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace

CHUNK_ROWS = 500
"""Rows received, and postings matched, in one piece."""
CHUNKS_AT_ONCE = 4
"""Chunks of one transaction: with fewer, most of the time goes to waiting for answers."""
TRANSACTIONS_AT_ONCE = 2
"""Of one import: Postgres stores a row in more time than the gateway needs to read one."""
_CONTENT_BYTES_AT_ONCE = 4 * 1024 * 1024
"""After which a transaction gets no further chunk, so that long descriptions stay few in memory."""


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
        database: Its sessions are opened here, one for a few chunks.
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
        database: Its sessions are opened here, one for a few chunks.
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

    @property
    def content_bytes(self) -> int:
        return sum(len(posting.content) for posting in self.good)


class _Chunks:
    """Cuts rows into chunks, and refuses the second row of an external id."""

    def __init__(self, rows: Iterator[FileRow]) -> None:
        self._rows = rows
        self._number = 0
        self._line_of_id: dict[str, int] = {}

    def take(self) -> list[_Chunk]:
        """The chunks of the next transaction; none after the last row."""
        taken: list[_Chunk] = []
        content_bytes = 0
        while len(taken) < CHUNKS_AT_ONCE and content_bytes < _CONTENT_BYTES_AT_ONCE:
            chunk = self._next()
            if chunk is None:
                break
            taken.append(chunk)
            content_bytes += chunk.content_bytes
        return taken

    def _next(self) -> _Chunk | None:
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
    """Store some chunks in each transaction; while they are stored, a thread reads the next.

    No two transactions of an import have a posting in common, so neither waits for the other.
    """
    upcoming = asyncio.create_task(asyncio.to_thread(chunks.take))
    storing: set[asyncio.Task[None]] = set()
    try:
        while taken := await upcoming:
            upcoming = asyncio.create_task(asyncio.to_thread(chunks.take))
            if len(storing) == TRANSACTIONS_AT_ONCE:
                stored, storing = await asyncio.wait(storing, return_when=asyncio.FIRST_COMPLETED)
                await asyncio.gather(*stored)
            storing.add(asyncio.create_task(_receive_taken(database, target, taken)))
        await asyncio.gather(*storing)
    finally:
        # The thread reads a file that the caller closes, and who sends the import again after a
        # failure should find what of it was stored.
        await asyncio.gather(upcoming, *storing, return_exceptions=True)


async def _receive_taken(database: Database, target: ImportTarget, taken: Sequence[_Chunk]) -> None:
    async with database.session_for(target.importer_tenant_id) as session:
        await _receive_together(session, target, taken)


async def _receive_together(
    session: AsyncSession, target: ImportTarget, taken: Sequence[_Chunk]
) -> None:
    claimed = await _claimed(session, target, taken)
    if not claimed:
        return
    stored = await store_postings(
        session, target, [posting for chunk in claimed for posting in chunk.good]
    )
    results = [_ReceivedChunk.of(chunk, stored) for chunk in claimed]
    await store_problems(session, target, [row for result in results for row in result.problems])
    await session.execute(_COUNT, [result.counts(target.batch_id) for result in results])
    await _announce(session, target, results)


async def _claimed(
    session: AsyncSession, target: ImportTarget, taken: Sequence[_Chunk]
) -> list[_Chunk]:
    """The chunks that are ours to receive; another request's are waited for, and left out."""
    numbers = await session.scalars(
        insert(JobImportChunk)
        .values(
            [
                {
                    "batch_id": target.batch_id,
                    "chunk_number": chunk.number,
                    "tenant_id": target.importer_tenant_id,
                    "rows_received": chunk.rows_received,
                }
                for chunk in taken
            ]
        )
        .on_conflict_do_nothing()
        .returning(JobImportChunk.chunk_number)
    )
    ours = set(numbers)
    return [chunk for chunk in taken if chunk.number in ours]


@dataclass(frozen=True, slots=True)
class _ReceivedChunk:
    """What became of a chunk.

    Attributes:
        number: Which.
        rows_failed: Rows that were not stored for what is wrong with them.
        jobs_new: Postings that were not there.
        jobs_updated: Postings that said something else.
        jobs_unchanged: Postings that said the same.
        changed_ids: New and updated ones, rising.
        problems: What was wrong with rows.
    """

    number: int
    rows_failed: int
    jobs_new: int
    jobs_updated: int
    jobs_unchanged: int
    changed_ids: list[int]
    problems: list[RowProblem]

    @classmethod
    def of(cls, chunk: _Chunk, stored: StoredPostings) -> Self:
        """The part that a chunk has in what was stored."""
        external_ids = [posting.external_id for posting in chunk.good]
        new = [stored.new_ids[key] for key in external_ids if key in stored.new_ids]
        updated = [stored.updated_ids[key] for key in external_ids if key in stored.updated_ids]
        refused = [stored.refused[key] for key in external_ids if key in stored.refused]
        return cls(
            number=chunk.number,
            rows_failed=chunk.rows_received - len(chunk.good) + len(refused),
            jobs_new=len(new),
            jobs_updated=len(updated),
            jobs_unchanged=len(chunk.good) - len(new) - len(updated) - len(refused),
            changed_ids=sorted(new + updated),
            problems=[*chunk.problems, *refused],
        )

    def counts(self, batch_id: int) -> dict[str, object]:
        """The parameters of ``_COUNT``."""
        return {
            "batch_id": batch_id,
            "chunk_number": self.number,
            "jobs_new": self.jobs_new,
            "jobs_updated": self.jobs_updated,
            "jobs_unchanged": self.jobs_unchanged,
            "rows_failed": self.rows_failed,
            "posting_ids": self.changed_ids or None,
        }


_COUNT = text(
    """
    UPDATE job_import_chunks
    SET jobs_new = :jobs_new, jobs_updated = :jobs_updated, jobs_unchanged = :jobs_unchanged,
      rows_failed = :rows_failed, posting_ids = CAST(:posting_ids AS bigint[]),
      completed_at = CASE WHEN CAST(:posting_ids AS bigint[]) IS NULL THEN now() END
    WHERE batch_id = :batch_id AND chunk_number = :chunk_number
    """
)


async def _announce(
    session: AsyncSession, target: ImportTarget, results: Sequence[_ReceivedChunk]
) -> None:
    events = [
        JobsImported(
            job_ids=result.changed_ids,
            batch_id=target.batch_id,
            chunk_number=result.number,
            source=target.source,
            tenant_id=target.importer_tenant_id,
        )
        for result in results
        if result.changed_ids
    ]
    await add_events(
        session, events, tenant_id=target.importer_tenant_id, trace_context=current_trace()
    )


async def _finish_receiving(session: AsyncSession, batch_id: int) -> None:
    await session.execute(
        update(JobImportBatch)
        .where(JobImportBatch.id == batch_id, JobImportBatch.status == BatchStatus.RECEIVING)
        .values(status=BatchStatus.MATCHING, received_at=func.now())
    )
    await settle_batch(session, batch_id)
