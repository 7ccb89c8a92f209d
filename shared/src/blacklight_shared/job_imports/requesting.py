"""Asking for an import from feeds and uploaded files: the import, its sources and the event."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import orjson
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.dml import ReturningInsert

from blacklight_shared.crypto import SecretBox
from blacklight_shared.events import JobImportRequested
from blacklight_shared.job_imports.columns import ColumnMapping
from blacklight_shared.job_imports.errors import ImportConflictError, ImportFileError
from blacklight_shared.models import (
    FEED_URL_PURPOSE,
    FileFormat,
    JobImportBatch,
    JobImportFile,
    Visibility,
)
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace

MAX_SOURCES = 100


@dataclass(frozen=True, slots=True)
class RequestedSource:
    """Where postings are to come from: a feed or an uploaded file.

    Attributes:
        source: Name of the source; with the external id it says which posting a row is.
        feed_url: Where a worker fetches them.
        file_id: ``JobImportFile.id``; an upload serves one import.
        file_format: How a feed is written, when neither address nor media type say so.
        column_mapping: Field of a posting → column of a feed; a file was uploaded with its own.
    """

    source: str
    feed_url: str | None = field(default=None, repr=False)
    file_id: int | None = None
    file_format: FileFormat | None = None
    column_mapping: ColumnMapping | None = None


@dataclass(frozen=True, slots=True)
class RequestedImport:
    """What a client asks for.

    Attributes:
        tenant_id: Who imports; None for the platform.
        batch_key: Idempotency key; those of the sources begin with it.
        visibility: Who may see the postings.
        sources: At least one, at most ``MAX_SOURCES``.
    """

    tenant_id: int | None
    batch_key: str
    visibility: Visibility
    sources: Sequence[RequestedSource]

    @property
    def request_hash(self) -> bytes:
        """SHA-256 of what is asked for."""
        asked = [self.visibility, *(asdict(source) for source in self.sources)]
        return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).digest()


async def request_import(
    session: AsyncSession, wanted: RequestedImport, secret_box: SecretBox | None = None
) -> JobImportBatch:
    """Note an import with its sources, and owe the event that starts it; repeatable.

    Args:
        session: Of the tenant, or without one for the platform; the caller commits.
        wanted: What is asked for.
        secret_box: Seals the addresses of feeds; not needed for files alone.

    Returns:
        The import; that of an earlier request if the key was used for the same one.

    Raises:
        ImportConflictError: The key was used for something else.
        ImportFileError: There is no such file.
        ValueError: There are feeds, and nothing to seal their addresses with.
    """
    import_id = await session.scalar(_new_batch(wanted))
    if import_id is None:
        return await _earlier_import(session, wanted)
    for number, source in enumerate(wanted.sources, start=1):
        await _require_file(session, source, number)
        inserted = await session.scalar(_new_source(wanted, import_id, source, number, secret_box))
        if inserted is None:
            raise ImportConflictError("This batch_id was used for another import.")
    event = JobImportRequested(batch_id=import_id, tenant_id=wanted.tenant_id)
    await add_events(session, [event], tenant_id=wanted.tenant_id, trace_context=current_trace())
    return await session.get_one(JobImportBatch, import_id)


def _new_batch(wanted: RequestedImport) -> ReturningInsert[int]:
    return (
        insert(JobImportBatch)
        .values(
            tenant_id=wanted.tenant_id,
            batch_key=wanted.batch_key,
            request_hash=wanted.request_hash,
            source=", ".join(dict.fromkeys(source.source for source in wanted.sources)),
            visibility=wanted.visibility,
        )
        .on_conflict_do_nothing()
        .returning(JobImportBatch.id)
    )


async def _earlier_import(session: AsyncSession, wanted: RequestedImport) -> JobImportBatch:
    earlier = await session.scalar(
        select(JobImportBatch).where(
            JobImportBatch.batch_key == wanted.batch_key,
            JobImportBatch.tenant_id.is_not_distinct_from(wanted.tenant_id),
        )
    )
    if earlier is None or earlier.request_hash != wanted.request_hash:
        raise ImportConflictError(
            "This batch_id was used for another import; ask for the same sources again, or choose"
            " a new one."
        )
    return earlier


async def _require_file(session: AsyncSession, source: RequestedSource, number: int) -> None:
    if source.file_id is not None and await session.get(JobImportFile, source.file_id) is None:
        raise ImportFileError(
            f"sources.{number - 1}.file_id", "There is no such file; it may have been imported."
        )


def _new_source(
    wanted: RequestedImport,
    import_id: int,
    source: RequestedSource,
    number: int,
    secret_box: SecretBox | None,
) -> ReturningInsert[int]:
    return (
        insert(JobImportBatch)
        .values(
            tenant_id=wanted.tenant_id,
            batch_key=f"{wanted.batch_key}:{number}",
            source=source.source,
            visibility=wanted.visibility,
            parent_batch_id=import_id,
            feed_url_sealed=_sealed(wanted, source, secret_box),
            file_id=source.file_id,
            file_format=source.file_format,
            column_mapping=dict(source.column_mapping or {}),
        )
        .on_conflict_do_nothing()
        .returning(JobImportBatch.id)
    )


def _sealed(
    wanted: RequestedImport, source: RequestedSource, secret_box: SecretBox | None
) -> bytes | None:
    if source.feed_url is None:
        return None
    if secret_box is None:
        raise ValueError("the address of a feed is kept sealed only")
    return secret_box.encrypt(source.feed_url, purpose=FEED_URL_PURPOSE, tenant_id=wanted.tenant_id)
