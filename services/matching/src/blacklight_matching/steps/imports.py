"""The steps of an import: what its sources are, fetching and receiving one, and the summary."""

from __future__ import annotations

from dataclasses import dataclass, fields

from blacklight_shared.import_batches import ENDED_STATUSES, announce_end, fail_batch
from blacklight_shared.job_imports.errors import ImportFileError
from blacklight_shared.job_imports.receiving import receive_rows
from blacklight_shared.job_imports.stored_files import (
    delete_received_file,
    opened_file,
    store_file,
)
from blacklight_shared.models import (
    FEED_URL_PURPOSE,
    BatchStatus,
    FileFormat,
    JobImportBatch,
    JobImportChunk,
)
from blacklight_shared.workflows import NonRetriableError, NotFoundError, translating_errors
from sqlalchemy import Select, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.feeds.fetching import Feed, fetched_feed

_SHOWN_ERROR_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What became of the rows of a source: new, updated, unchanged and failed ones are all.

    Attributes:
        rows_received: Rows of the file.
        jobs_new: Postings that are new.
        jobs_updated: Postings that changed.
        jobs_unchanged: Postings that said the same as before.
        rows_failed: Rows that are no postings.
        matches_written: Matches made or changed so far.
    """

    rows_received: int
    jobs_new: int
    jobs_updated: int
    jobs_unchanged: int
    rows_failed: int
    matches_written: int


@dataclass(frozen=True, slots=True)
class SourceSummary:
    """How one source ended.

    Attributes:
        batch_id: The source's own batch.
        source: Its name.
        is_failed: Whether it could not be received or matched.
        error: Why.
        counts: What became of its rows, as far as it came.
    """

    batch_id: int
    source: str
    is_failed: bool
    error: str | None
    counts: SourceCounts


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """How an import ended.

    Attributes:
        sources: Each of them.
        failed_sources: How many failed.
        jobs_new: Postings that are new.
        jobs_updated: Postings that changed.
        matches_written: Matches made or changed.
    """

    sources: list[SourceSummary]
    failed_sources: int
    jobs_new: int
    jobs_updated: int
    matches_written: int


@translating_errors("list the sources of an import")
async def list_sources(deps: MatchingDeps, tenant_id: int | None, import_id: int) -> list[int]:
    """The batches of an import's sources, in the order in which they were named.

    Raises:
        NotFoundError: There is no such import, or it has no sources.
    """
    async with deps.session(tenant_id) as session:
        batches = await session.scalars(_sources_of(import_id))
        ids = [batch.id for batch in batches]
    if not ids:
        raise NotFoundError("import", import_id)
    return ids


@translating_errors("fetch source")
async def fetch_source(deps: MatchingDeps, tenant_id: int | None, batch_id: int) -> None:
    """Keep what a feed says now, to be received; what is there already stays.

    Raises:
        NonRetriableError: The feed cannot be read, or an uploaded file is gone.
    """
    batch = await _batch(deps, tenant_id, batch_id)
    if batch.status != BatchStatus.RECEIVING or batch.file_id is not None:
        return
    if batch.feed_url_sealed is None:
        raise NonRetriableError("the uploaded file is gone; upload it again")
    url = deps.secret_box.decrypt(
        batch.feed_url_sealed, purpose=FEED_URL_PURPOSE, tenant_id=tenant_id
    )
    file_format = FileFormat(batch.file_format) if batch.file_format else None
    feed = Feed(url, file_format, batch.column_mapping)
    async with fetched_feed(feed, deps.feed_rules) as file:
        try:
            async with deps.session(tenant_id) as session:
                stored = await store_file(session, tenant_id, file)
                await session.execute(
                    update(JobImportBatch)
                    .where(JobImportBatch.id == batch_id)
                    .values(file_id=stored.id, feed_url_sealed=None, updated_at=func.now())
                )
        except ImportFileError as error:
            raise NonRetriableError(error.message) from None


@translating_errors("receive source")
async def receive_source(deps: MatchingDeps, tenant_id: int | None, batch_id: int) -> SourceCounts:
    """Receive the postings of a source, going on after the last chunk that is there.

    Raises:
        NonRetriableError: The file is gone.
    """
    batch = await _batch(deps, tenant_id, batch_id)
    if batch.status == BatchStatus.RECEIVING:
        await _receive_file(deps, batch)
    async with deps.session(tenant_id) as session:
        if batch.file_id is not None:
            await delete_received_file(session, batch.file_id)
        if batch.status in ENDED_STATUSES:
            # Whoever asks again waits for an answer again.
            await announce_end(session, batch)
        return await _counts(session, batch_id)


@translating_errors("fail source")
async def fail_source(deps: MatchingDeps, tenant_id: int | None, batch_id: int, error: str) -> None:
    """End a source that cannot be received, and say why."""
    async with deps.session(tenant_id) as session:
        await fail_batch(session, batch_id, error[:_SHOWN_ERROR_CHARACTERS])
        batch = await session.get(JobImportBatch, batch_id)
        if batch is not None and batch.file_id is not None:
            await delete_received_file(session, batch.file_id)


@translating_errors("finish import")
async def finish_import(deps: MatchingDeps, tenant_id: int | None, import_id: int) -> ImportSummary:
    """End an import whose sources have ended, or were waited for long enough; repeatable."""
    async with deps.session(tenant_id) as session:
        batches = (await session.scalars(_sources_of(import_id))).all()
        for batch in batches:
            await fail_batch(session, batch.id, "it took too long")
        sources = [
            SourceSummary(
                batch_id=batch.id,
                source=batch.source,
                is_failed=batch.status == BatchStatus.FAILED,
                error=batch.error,
                counts=await _counts(session, batch.id),
            )
            for batch in batches
        ]
        failed = sum(source.is_failed for source in sources)
        is_failed = failed == len(sources)
        await session.execute(
            update(JobImportBatch)
            .where(JobImportBatch.id == import_id, JobImportBatch.completed_at.is_(None))
            .values(
                status=BatchStatus.FAILED if is_failed else BatchStatus.COMPLETED,
                error=f"{failed} of {len(sources)} sources failed" if failed else None,
                received_at=func.now(),
                completed_at=func.now(),
                updated_at=func.now(),
            )
        )
    return ImportSummary(
        sources=sources,
        failed_sources=failed,
        jobs_new=sum(source.counts.jobs_new for source in sources),
        jobs_updated=sum(source.counts.jobs_updated for source in sources),
        matches_written=sum(source.counts.matches_written for source in sources),
    )


async def _receive_file(deps: MatchingDeps, batch: JobImportBatch) -> None:
    if batch.file_id is None:
        raise NonRetriableError("there is no file to receive")
    async with opened_file(deps.database, batch.tenant_id, batch.file_id) as file:
        if file is None:
            raise NonRetriableError("the file is gone; import it again")
        await receive_rows(deps.database, batch, file.rows())


async def _batch(deps: MatchingDeps, tenant_id: int | None, batch_id: int) -> JobImportBatch:
    async with deps.session(tenant_id) as session:
        batch = await session.get(JobImportBatch, batch_id)
    if batch is None:
        raise NotFoundError("import batch", batch_id)
    return batch


def _sources_of(import_id: int) -> Select[JobImportBatch]:
    of_import = JobImportBatch.parent_batch_id == import_id
    return select(JobImportBatch).where(of_import).order_by(JobImportBatch.id)


async def _counts(session: AsyncSession, batch_id: int) -> SourceCounts:
    columns = [getattr(JobImportChunk, field.name) for field in fields(SourceCounts)]
    row = await session.execute(
        select(*(func.coalesce(func.sum(column), 0) for column in columns)).where(
            JobImportChunk.batch_id == batch_id
        )
    )
    return SourceCounts(*(int(count) for count in row.one()))
