"""One import: how far it is, what became of its rows, and what was wrong with them."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated

from blacklight_shared.database import Database
from blacklight_shared.models import BatchStatus, JobImportError
from fastapi import Path, Request
from fastapi.responses import Response, StreamingResponse
from sse_starlette import EventSourceResponse

from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.imports import queries
from blacklight_api.imports.schemas import Batch, BatchError
from blacklight_api.pagination import IdKey, RequestedPage
from blacklight_api.portal.live import LiveProgress, follow
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import portal_router
from blacklight_api.work import TenantWork, tenant_work

PATH = "/jobs/import/batches"

router = portal_router(f"{PATH}/{{batch_id}}")

Reader = Annotated[TenantWork, tenant_work(Scope.JOBS_READ)]
BatchKey = Annotated[str, Path(max_length=128)]

_ENDED = frozenset({BatchStatus.COMPLETED, BatchStatus.FAILED})
_ERRORS_A_QUERY = 1_000
_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@router.get("")
async def show_batch(
    request: Request, batch_id: BatchKey, work: Reader, requested: RequestedPage
) -> Response:
    """The import, live while it lasts, with what was wrong with rows."""
    row = await queries.batch_by_key(work.session, batch_id)
    batch = await queries.batch_document(work.session, batch_id)
    after = requested.after(IdKey)
    errors = await queries.batch_errors(
        work.session, row.id, after_id=after.id if after else None, limit=requested.limit + 1
    )
    found = requested.page(
        errors, item=BatchError.model_validate, key=lambda error: IdKey(id=error.id)
    )
    sources = await queries.source_rows(work.session, row.id, after_id=None, limit=_SOURCES_SHOWN)
    return page(
        request,
        "imports/batch.html",
        batch=batch,
        has_ended=batch.status in _ENDED,
        words=progress_in_words(batch),
        errors=found.items,
        next_cursor=found.next_cursor,
        posting_batches=[(source["id"], source["source"]) for source in sources]
        or [(row.id, row.source)],
    )


@router.get("/progress")
async def follow_batch(
    batch_id: BatchKey, work: Reader, gateway: TheGateway
) -> EventSourceResponse:
    """Follow the import."""

    async def look(work: TenantWork) -> LiveProgress:
        batch = await queries.batch_document(work.session, batch_id)
        return LiveProgress(
            percent=batch.percent, message=progress_in_words(batch), done=batch.status in _ENDED
        )

    return await follow(gateway, work, look)


@router.get("/errors.csv")
async def download_errors(batch_id: BatchKey, work: Reader, gateway: TheGateway) -> Response:
    """What was wrong with rows, as a file."""
    batch = await queries.batch_by_key(work.session, batch_id)
    return StreamingResponse(
        _error_lines(gateway.database, work.tenant_id, batch.id),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="import-errors.csv"'},
    )


def batch_path(batch_id: str) -> str:
    """Where an import is followed."""
    return f"{PATH}/{batch_id}"


def progress_in_words(batch: Batch) -> str:
    """How far an import is, for the people who wait for it."""
    counts = batch.counts
    match batch.status:
        case BatchStatus.RECEIVING:
            return f"Reading the postings… {counts.rows_received:,} rows so far."
        case BatchStatus.MATCHING:
            return f"{counts.rows_received:,} rows are read. Comparing them with the candidates…"
        case BatchStatus.COMPLETED:
            return f"Done: {counts.rows_received:,} rows, {counts.matches_written:,} matches."
        case _:
            return "The import has failed."


_SOURCES_SHOWN = 20


async def _error_lines(database: Database, tenant_id: int, batch_id: int) -> AsyncIterator[str]:
    yield _csv_line(["line", "severity", "field", "message"])
    after_id: int | None = None
    while True:
        async with database.tenant_session(tenant_id) as session:
            errors = await queries.batch_errors(
                session, batch_id, after_id=after_id, limit=_ERRORS_A_QUERY
            )
        yield "".join(_csv_line(_cells(error)) for error in errors)
        if len(errors) < _ERRORS_A_QUERY:
            return
        after_id = errors[-1].id


def _cells(error: JobImportError) -> list[str]:
    return [str(error.line), error.severity, error.field or "", error.message]


def _csv_line(cells: list[str]) -> str:
    text = io.StringIO()
    # Spreadsheets would take such a cell for a formula (OWASP: CSV injection).
    safe = [f"'{cell}" if cell.startswith(_BEGINS_FORMULA) else cell for cell in cells]
    csv.writer(text).writerow(safe)
    return text.getvalue()
