"""Imports that stand still: found across tenants, resumed one at a time.

An import stands still when none of its chunks was received or matched for long. It waits its turn,
and is left alone, while an earlier one of its tenant moves, since the engine takes them in order,
and while events of its tenant's imports are still in the outbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from blacklight_shared.events import Event, JobImportRequested, JobsImported, JobSourceProcess
from blacklight_shared.import_batches import ENDED_STATUSES, fail_batch
from blacklight_shared.job_imports.stored_files import delete_received_file
from blacklight_shared.models import BatchStatus, JobImportBatch, JobImportChunk
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.stalled.limits import MAX_RESUMPTIONS, ImportPatience

IN_VAIN = f"it stood still, and going on with it {MAX_RESUMPTIONS} times was in vain; import again"
BROKEN_OFF = "the upload broke off; send it again with a new batch_id"


@dataclass(frozen=True, slots=True)
class StalledImport:
    """An import that stands still.

    Attributes:
        batch_id: ``JobImportBatch.id``.
        tenant_id: Who imports; None for the platform.
    """

    batch_id: int
    tenant_id: int | None


class Outcome(StrEnum):
    """What became of an import that was found to stand still."""

    MOVED = "moved"
    RESUMED = "resumed"
    FAILED = "failed"


class _Phase(StrEnum):
    """What an import waits for."""

    SUMMARY = "summary"
    SOURCE = "source"
    MATCHING = "matching"
    UPLOAD = "upload"


async def stalled_imports(
    session: AsyncSession, at: datetime, patience: ImportPatience, *, limit: int
) -> list[StalledImport]:
    """Find imports that stand still, the oldest first.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        at: Now.
        patience: What standing still means.
        limit: How many at most.
    """
    rows = await session.execute(_FIND, _parameters(at, patience) | {"limit": limit})
    return [StalledImport(row.id, row.tenant_id) for row in rows]


async def resume_import(
    session: AsyncSession, batch_id: int, at: datetime, patience: ImportPatience
) -> Outcome:
    """Owe the events again that have an import go on, or fail it after too many times; repeatable.

    Args:
        session: Of the batch's tenant, or without one for the platform's batches.
        batch_id: ``JobImportBatch.id``.
        at: Now, as it was when the import was found.
        patience: What standing still means.
    """
    batch = await session.get(JobImportBatch, batch_id, with_for_update=True)
    if batch is None or batch.status in ENDED_STATUSES:
        return Outcome.MOVED
    parameters = _parameters(at, patience) | {"batch_id": batch_id}
    found = await session.scalar(_PHASE_IF_STALLED, parameters)
    if found is None:
        return Outcome.MOVED
    phase = _Phase(found)
    if phase is _Phase.UPLOAD or batch.resumptions >= MAX_RESUMPTIONS:
        await _fail(session, batch, BROKEN_OFF if phase is _Phase.UPLOAD else IN_VAIN)
        return Outcome.FAILED
    batch.resumptions += 1
    batch.updated_at = func.now()
    await session.flush()
    events = await _events_owed(session, batch, phase)
    await add_events(session, events, tenant_id=batch.tenant_id, trace_context=current_trace())
    return Outcome.RESUMED


async def _fail(session: AsyncSession, batch: JobImportBatch, error: str) -> None:
    file_id = batch.file_id
    await fail_batch(session, batch.id, error)
    if file_id is not None:
        await delete_received_file(session, file_id)


async def _events_owed(session: AsyncSession, batch: JobImportBatch, phase: _Phase) -> list[Event]:
    if phase is _Phase.SUMMARY:
        return [JobImportRequested(batch_id=batch.id, tenant_id=batch.tenant_id)]
    events: list[Event] = await _chunks_owed(session, batch)
    is_source = batch.parent_batch_id is not None and batch.status == BatchStatus.RECEIVING
    if is_source and batch.parent_batch_id is not None:
        events.append(
            JobSourceProcess(
                batch_id=batch.id, import_id=batch.parent_batch_id, tenant_id=batch.tenant_id
            )
        )
    return events


async def _chunks_owed(session: AsyncSession, batch: JobImportBatch) -> list[Event]:
    chunks = await session.scalars(
        select(JobImportChunk)
        .where(
            JobImportChunk.batch_id == batch.id,
            JobImportChunk.completed_at.is_(None),
            JobImportChunk.posting_ids.is_not(None),
        )
        .order_by(JobImportChunk.chunk_number)
    )
    return [
        JobsImported(
            job_ids=chunk.posting_ids or [],
            batch_id=batch.id,
            chunk_number=chunk.chunk_number,
            source=batch.source,
            tenant_id=batch.tenant_id,
        )
        for chunk in chunks
    ]


def _parameters(at: datetime, patience: ImportPatience) -> dict[str, object]:
    return {
        "matching_before": at - patience.matching,
        "source_before": at - patience.source,
        "upload_before": at - patience.upload,
    }


# A batch that has sources waits for them first; what it does itself comes when all have ended.
_OPEN = f"""
  SELECT id, tenant_id, phase, is_at_work,
    moved_at < CASE phase
      WHEN '{_Phase.SOURCE}' THEN CAST(:source_before AS timestamptz)
      WHEN '{_Phase.UPLOAD}' THEN CAST(:upload_before AS timestamptz)
      ELSE CAST(:matching_before AS timestamptz)
    END AS is_still
  FROM (
    SELECT batch.id, batch.tenant_id,
      COALESCE(sources.is_at_work, false) AS is_at_work,
      GREATEST(batch.updated_at, chunks.moved_at, sources.moved_at) AS moved_at,
      CASE
        WHEN sources.is_at_work IS NOT NULL THEN '{_Phase.SUMMARY}'
        WHEN batch.status = '{BatchStatus.RECEIVING}' AND batch.parent_batch_id IS NOT NULL
          THEN '{_Phase.SOURCE}'
        WHEN chunks.is_waiting THEN '{_Phase.MATCHING}'
        ELSE '{_Phase.UPLOAD}'
      END AS phase
    FROM job_import_batches AS batch
    CROSS JOIN LATERAL (
      SELECT max(GREATEST(received_at, completed_at)) AS moved_at,
        bool_or(completed_at IS NULL) AS is_waiting
      FROM job_import_chunks WHERE batch_id = batch.id
    ) AS chunks
    CROSS JOIN LATERAL (
      SELECT max(completed_at) AS moved_at, bool_or(completed_at IS NULL) AS is_at_work
      FROM job_import_batches WHERE parent_batch_id = batch.id
    ) AS sources
    WHERE batch.completed_at IS NULL
  ) AS unfinished
"""  # noqa: S608 -- members of enumerations

_PHASE_IF_STALLED = text(
    f"SELECT phase FROM ({_OPEN}) AS open"  # noqa: S608 -- the constant above
    " WHERE id = :batch_id AND is_still AND NOT is_at_work"
)

_FIND = text(
    f"""
    WITH open AS ({_OPEN})
    SELECT id, tenant_id FROM open
    WHERE is_still AND NOT is_at_work
      AND NOT EXISTS (
        SELECT FROM open AS earlier
        WHERE earlier.id < open.id AND earlier.tenant_id IS NOT DISTINCT FROM open.tenant_id
          AND earlier.phase IN ('{_Phase.SOURCE}', '{_Phase.MATCHING}') AND NOT earlier.is_still
      )
      AND NOT EXISTS (
        SELECT FROM outbox_events AS owed
        WHERE owed.sent_at IS NULL AND owed.dead_at IS NULL
          AND owed.tenant_id IS NOT DISTINCT FROM open.tenant_id
          AND owed.name IN
            ('{JobsImported.name}', '{JobSourceProcess.name}', '{JobImportRequested.name}')
      )
    ORDER BY id
    LIMIT :limit
    """  # noqa: S608 -- names are constants
)
