"""HTTP endpoints of imports and batches."""

from __future__ import annotations

import asyncio
import uuid
from typing import Annotated

from blacklight_shared.job_imports.columns import parse_mapping
from blacklight_shared.job_imports.receiving import ImportOptions, receive_import
from blacklight_shared.job_imports.requesting import (
    RequestedImport,
    RequestedSource,
    request_import,
)
from blacklight_shared.job_imports.stored_files import delete_unused_files, store_file
from blacklight_shared.models import BatchStatus, Visibility
from fastapi import Path, Query, Request
from sse_starlette import EventSourceResponse

from blacklight_api.audit.service import record
from blacklight_api.auth.principal import Principal
from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway, gateway_of
from blacklight_api.imports import queries
from blacklight_api.imports.progress import watch_batch
from blacklight_api.imports.schemas import (
    BATCH_EVENT,
    IMPORT_BODY,
    SOURCE_PATTERN,
    Batch,
    BatchError,
    SourcesImport,
    StoredFile,
)
from blacklight_api.imports.upload import MAX_IMPORT_BYTES, received_upload
from blacklight_api.limits import RequestLimits, limited
from blacklight_api.pagination import IdKey, Page, RequestedPage
from blacklight_api.problems import Forbidden, problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.work import Work, caller, request_id, shared_work

import_router = gateway_router("/jobs/import", "imports")
router = gateway_router("/batches", "imports")

Importer = Annotated[Principal, caller(Scope.JOBS_IMPORT)]
Reader = Annotated[Work, shared_work(Scope.JOBS_READ)]

_BATCH_KEY = r"^[A-Za-z0-9][A-Za-z0-9._:\-]{0,127}$"
BatchKey = Annotated[str, Path(pattern=_BATCH_KEY)]


@import_router.post(
    "",
    status_code=202,
    responses=problem_responses(409, 415),
    openapi_extra={"requestBody": IMPORT_BODY},
)
@limited(RequestLimits(max_body_bytes=MAX_IMPORT_BYTES, has_timeout=False))
async def import_jobs(
    request: Request,
    importer: Importer,
    source: Annotated[
        str,
        Query(
            pattern=SOURCE_PATTERN,
            description="Where the postings come from, such as `indeed`; with the external id it"
            " says which posting a row is.",
            examples=["careers-site"],
        ),
    ],
    batch_id: Annotated[
        str | None,
        Query(
            pattern=_BATCH_KEY,
            description="Idempotency key: the same request may be sent again under it, and"
            " continues where the first broke off. Made up when left out.",
        ),
    ] = None,
    visibility: Annotated[
        Visibility | None,
        Query(
            description="`global`: all tenants may match the postings. `tenant`: only yours."
            " Left out: `global`.",
        ),
    ] = None,
    column_mapping: Annotated[
        str | None,
        Query(
            max_length=5_000,
            description="JSON object, field of a posting → column of the file, for columns that"
            " are not recognised by their names.",
        ),
    ] = None,
) -> Batch:
    """Import up to 100,000 postings from JSON, JSON Lines or CSV.

    The upload is received whole before anything is imported. Source and external id decide which
    posting a row is; a row without an external id gets one made from its content. Only new and
    changed postings are matched. A bad row is reported by its line and does not stop the rest.
    """
    wanted = visibility or Visibility.GLOBAL
    if wanted is Visibility.TENANT and importer.tenant_id is None:
        raise Forbidden("The platform's postings are global; a tenant's key imports for a tenant.")
    batch_key = batch_id or str(uuid.uuid4())
    mapping = parse_mapping(column_mapping)
    database = gateway_of(request).database
    async with received_upload(request, mapping) as upload:
        await asyncio.to_thread(upload.file.check)
        options = ImportOptions(
            tenant_id=importer.tenant_id,
            batch_key=batch_key,
            source=source,
            visibility=wanted,
            request_hash=upload.hash_with(source, wanted, mapping),
        )
        await receive_import(database, options, upload.file.rows())
    async with database.session_for(importer.tenant_id) as session:
        work = Work(session, importer, request_id(request), importer.tenant_id)
        await record(work, "job_import.received", batch_key, details={"source": source})
        return await queries.batch_document(session, batch_key)


@import_router.post(
    "/files",
    status_code=201,
    responses=problem_responses(415),
    openapi_extra={"requestBody": IMPORT_BODY},
)
@limited(RequestLimits(max_body_bytes=MAX_IMPORT_BYTES, has_timeout=False))
async def upload_import_file(
    request: Request,
    importer: Importer,
    column_mapping: Annotated[
        str | None,
        Query(
            max_length=5_000,
            description="JSON object, field of a posting → column of the file.",
        ),
    ] = None,
) -> StoredFile:
    """Upload a file of up to 100,000 postings, to be named in an import from sources."""
    mapping = parse_mapping(column_mapping)
    database = gateway_of(request).database
    async with (
        received_upload(request, mapping) as upload,
        database.session_for(importer.tenant_id) as session,
    ):
        await delete_unused_files(session)
        stored = await store_file(session, importer.tenant_id, upload.file)
        return StoredFile.model_validate(stored)


@import_router.post("/sources", status_code=202, responses=problem_responses(409))
async def import_from_sources(
    wanted: SourcesImport,
    work: Annotated[Work, shared_work(Scope.JOBS_IMPORT)],
    gateway: TheGateway,
) -> Batch:
    """Have the postings of feeds and uploaded files imported by a worker.

    Each source is a batch of its own, with its errors; a source that fails stops no other. Feeds
    are fetched from public addresses only.
    """
    if wanted.visibility is Visibility.TENANT and work.tenant_id is None:
        raise Forbidden("The platform's postings are global; a tenant's key imports for a tenant.")
    batch = await request_import(
        work.session, _requested(wanted, work.tenant_id), gateway.secret_box
    )
    await record(work, "job_import.requested", batch.batch_key, details={"source": batch.source})
    return await queries.batch_document(work.session, batch.batch_key)


def _requested(wanted: SourcesImport, tenant_id: int | None) -> RequestedImport:
    return RequestedImport(
        tenant_id=tenant_id,
        batch_key=wanted.batch_id or str(uuid.uuid4()),
        visibility=wanted.visibility,
        sources=[
            RequestedSource(
                source=source.source,
                feed_url=source.url,
                file_id=source.file_id,
                file_format=source.format,
                column_mapping=source.column_mapping,
            )
            for source in wanted.sources
        ],
    )


@router.get("")
async def list_batches(
    work: Reader,
    requested: RequestedPage,
    status: Annotated[BatchStatus | None, Query(description="Only those.")] = None,
) -> Page[Batch]:
    """List imports, the newest first."""
    after = requested.after(IdKey)
    rows = await queries.batch_rows(
        work.session,
        status=status,
        before_id=after.id if after else None,
        limit=requested.limit + 1,
    )
    return requested.page(rows, item=queries.to_batch, key=lambda row: IdKey(id=row["id"]))


@router.get("/{batch_id}")
async def get_batch(batch_id: BatchKey, work: Reader) -> Batch:
    """Get one import with its counts."""
    return await queries.batch_document(work.session, batch_id)


@router.get("/{batch_id}/sources")
async def list_batch_sources(
    batch_id: BatchKey, work: Reader, requested: RequestedPage
) -> Page[Batch]:
    """List the sources of an import, each a batch of its own."""
    batch = await queries.batch_by_key(work.session, batch_id)
    after = requested.after(IdKey)
    rows = await queries.source_rows(
        work.session, batch.id, after_id=after.id if after else None, limit=requested.limit + 1
    )
    return requested.page(rows, item=queries.to_batch, key=lambda row: IdKey(id=row["id"]))


@router.get("/{batch_id}/errors")
async def list_batch_errors(
    batch_id: BatchKey, work: Reader, requested: RequestedPage
) -> Page[BatchError]:
    """List what was wrong with rows, in the order of the file."""
    batch = await queries.batch_by_key(work.session, batch_id)
    after = requested.after(IdKey)
    rows = await queries.batch_errors(
        work.session, batch.id, after_id=after.id if after else None, limit=requested.limit + 1
    )
    return requested.page(rows, item=BatchError.model_validate, key=lambda row: IdKey(id=row.id))


@router.get(
    "/{batch_id}/progress",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Events `progress` at each change and `end` at the last, each with the"
            " batch as data.",
            "content": {"text/event-stream": {"schema": BATCH_EVENT}},
        }
    },
)
async def follow_batch(batch_id: BatchKey, work: Reader, request: Request) -> EventSourceResponse:
    """Follow an import live, as server-sent events."""
    await queries.batch_by_key(work.session, batch_id)
    return EventSourceResponse(watch_batch(gateway_of(request).database, work.principal, batch_id))
