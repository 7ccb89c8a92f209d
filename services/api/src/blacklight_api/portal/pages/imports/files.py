"""Uploading a file of postings, and saying what its columns hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Annotated

from blacklight_shared.job_imports.columns import map_columns
from blacklight_shared.job_imports.errors import ImportConflictError, ImportFileError
from blacklight_shared.job_imports.postings import POSTING_FIELDS
from blacklight_shared.job_imports.samples import FileSample
from blacklight_shared.models import Visibility
from fastapi import Request
from fastapi.responses import Response
from pydantic import Field

from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.imports import files, queries
from blacklight_api.imports.schemas import SOURCE_PATTERN
from blacklight_api.imports.upload import MAX_IMPORT_BYTES
from blacklight_api.limits import RequestLimits, limited
from blacklight_api.pagination import IdKey, PageRequest, RequestedPage
from blacklight_api.portal.forms import Form
from blacklight_api.portal.pages.imports.batches import batch_path
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Conflict, NotFound, Problem, Unprocessable
from blacklight_api.schemas import PathId, RequestModel
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/jobs/import")

Importer = Annotated[TenantWork, tenant_work(Scope.JOBS_IMPORT)]

COLUMN_PREFIX = "column-"
_LARGE = RequestLimits(max_body_bytes=MAX_IMPORT_BYTES, has_timeout=False)
_FIRST_PAGE = PageRequest(limit=20, cursor=None)


class ImportWishes(RequestModel):
    """What a person says of the postings of a file."""

    source: Annotated[str, Field(pattern=SOURCE_PATTERN)]
    visibility: Visibility = Visibility.TENANT


@router.get("")
async def show_imports(request: Request, work: Importer, requested: RequestedPage) -> Response:
    """The place for a file, and the imports so far."""
    return await _imports(request, work, requested, Form())


@router.post("")
@limited(_LARGE)
async def upload_file(request: Request, work: Importer) -> Response:
    """Take a file, and go on to its columns."""
    form = await Form.sent(request)
    try:
        upload = form.file()
        with _told_as_problem("file"):
            stored = await files.keep_upload(work, upload.filename or "", upload.file)
    except Problem as problem:
        shown = await _imports(request, work, _FIRST_PAGE, form.refused(problem), problem.status)
        raise RefusedError(shown) from None
    return see_other(request, f"/jobs/import/files/{stored.id}")


@router.get("/files/{file_id}")
async def show_columns(
    request: Request, file_id: PathId, work: Importer, gateway: TheGateway
) -> Response:
    """The first rows, with a choice for each column of what it holds."""
    sample = await files.sample_of_stored(gateway.database, work.tenant_id, file_id)
    recognised = {column: field for field, column in map_columns(sample.columns, {}).items()}
    fields = [recognised.get(column, "") for column in sample.columns]
    return _columns(request, sample, fields, Form())


@router.post("/files/{file_id}")
async def import_file(
    request: Request, file_id: PathId, work: Importer, gateway: TheGateway
) -> Response:
    """Have the file imported, its columns as the form says."""
    batch_key = files.batch_key_of(file_id)
    if await queries.has_batch(work.session, batch_key):
        return see_other(request, batch_path(batch_key))
    sample = await files.sample_of_stored(gateway.database, work.tenant_id, file_id)
    form = await Form.sent(request)
    fields = [form.text(f"{COLUMN_PREFIX}{number}") for number in range(len(sample.columns))]
    try:
        given = {name: form.text(name) for name in ImportWishes.model_fields}
        wanted = Form(values=given).read(ImportWishes)
        mapping = _mapping(sample, fields)
        with _told_as_problem("columns"):
            rows = await files.check_mapped(gateway.database, work.tenant_id, file_id, mapping)
            await files.import_mapped(
                work,
                file_id,
                mapping,
                row_count=rows,
                source=wanted.source,
                visibility=wanted.visibility,
            )
    except NotFound:
        raise
    except Problem as problem:
        refused = _columns(request, sample, fields, form.refused(problem), problem.status)
        raise RefusedError(refused) from None
    return see_other(request, batch_path(batch_key))


def _mapping(sample: FileSample, fields: Sequence[str]) -> dict[str, str]:
    """Field → column, with an empty column for each field that the person gave none."""
    chosen = [field for field in fields if field]
    doubled = sorted({field for field in chosen if chosen.count(field) > 1})
    if doubled:
        names = ", ".join(LABELS.get(field, field) for field in doubled)
        raise Unprocessable("columns", f"Two columns cannot both be: {names}.")
    if "title" not in chosen:
        raise Unprocessable("columns", "Say which column holds the title.")
    by_field = dict(zip(fields, sample.columns, strict=True))
    return {field: by_field.get(field, "") for field in POSTING_FIELDS | set(chosen)}


@contextmanager
def _told_as_problem(field: str) -> Iterator[None]:
    try:
        yield
    except ImportFileError as error:
        raise Unprocessable(field, error.message) from None
    except ImportConflictError as error:
        raise Conflict(str(error)) from None


async def _imports(
    request: Request,
    work: TenantWork,
    requested: PageRequest,
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    after = requested.after(IdKey)
    rows = await queries.batch_rows(
        work.session,
        status=None,
        before_id=after.id if after else None,
        limit=requested.limit + 1,
    )
    found = requested.page(rows, item=queries.to_batch, key=lambda row: IdKey(id=row["id"]))
    return page(
        request,
        "imports/list.html",
        status=status,
        batches=found.items,
        next_cursor=found.next_cursor,
        form=form,
    )


def _columns(
    request: Request,
    sample: FileSample,
    fields: Sequence[str],
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    return page(
        request,
        "imports/columns.html",
        status=status,
        sample=sample,
        fields=fields,
        labels=LABELS,
        form=form,
    )


LABELS = {
    "title": "Title",
    "company": "Company",
    "location": "Location",
    "description": "Description",
    "skills": "Skills",
    "employment_type": "Kind of employment",
    "work_mode": "Work mode",
    "experience_min_years": "Years of experience, at least",
    "experience_max_years": "Years of experience, at most",
    "salary_min": "Pay from",
    "salary_max": "Pay to",
    "salary_currency": "Currency of pay",
    "salary_period": "Period of pay",
    "salary_text": "Pay in words",
    "url": "Address of the original",
    "posted_date": "Posted on",
    "expires_at": "Expires on",
    "external_id": "Number at the source",
}
"""What the fields of a posting are called, in the order in which people look for them."""
