"""Files that a person uploads: kept as they are until the person has said what the columns hold."""

from __future__ import annotations

import asyncio
import codecs
from collections.abc import Mapping
from pathlib import PurePath
from typing import IO

from blacklight_shared.database import Database
from blacklight_shared.job_imports.files import ImportFile, text_encoding
from blacklight_shared.job_imports.requesting import (
    RequestedImport,
    RequestedSource,
    request_import,
)
from blacklight_shared.job_imports.samples import FileSample, sample_of
from blacklight_shared.job_imports.stored_files import (
    delete_unused_files,
    keep_file,
    opened_file,
)
from blacklight_shared.models import FileFormat, JobImportBatch, JobImportFile, Visibility

from blacklight_api.audit.service import record
from blacklight_api.problems import NotFound, Unprocessable
from blacklight_api.work import TenantWork

_FORMATS = {
    ".csv": FileFormat.CSV,
    ".json": FileFormat.JSON,
    ".jsonl": FileFormat.JSON_LINES,
    ".ndjson": FileFormat.JSON_LINES,
}
_OF_SPREADSHEETS = "cp1252"
"""What they write on many machines, without saying so."""
_PART_BYTES = 1024 * 1024


async def keep_upload(work: TenantWork, name: str, content: IO[bytes]) -> JobImportFile:
    """Keep an uploaded file.

    Args:
        work: The tenant's transaction.
        name: Its ending says how it is written.
        content: Open for reading; seekable.

    Raises:
        Unprocessable: The name has another ending.
        ImportFileError: The file is malformed at its beginning, or names no columns.
    """
    file_format = _FORMATS.get(PurePath(name).suffix.lower())
    if file_format is None:
        raise Unprocessable("file", f"Choose a file that ends in {', '.join(_FORMATS)}.")
    encoding = await asyncio.to_thread(_encoding_of, content, file_format)
    file = ImportFile(content, file_format, encoding, {})
    await asyncio.to_thread(sample_of, file)
    await delete_unused_files(work.session)
    return await keep_file(work.session, work.tenant_id, file, row_count=0)


async def sample_of_stored(database: Database, tenant_id: int, file_id: int) -> FileSample:
    """The first rows of a file that waits for its import.

    Raises:
        NotFound: There is none, because it was imported already, or is another tenant's.
        ImportFileError: As ``keep_upload``.
    """
    async with opened_file(database, tenant_id, file_id) as file:
        if file is None:
            raise NotFound("file")
        return await asyncio.to_thread(sample_of, file)


async def check_mapped(
    database: Database, tenant_id: int, file_id: int, mapping: Mapping[str, str]
) -> int:
    """Read a file that waits for its import to the end, with its columns as a person has said.

    Returns:
        The number of rows.

    Raises:
        NotFound: As ``sample_of_stored``.
        ImportFileError: The file is malformed or too long, or the mapping does not fit it.
    """
    async with opened_file(database, tenant_id, file_id) as file:
        if file is None:
            raise NotFound("file")
        mapped = ImportFile(file.content, file.format, file.encoding, mapping)
        return await asyncio.to_thread(mapped.check)


async def import_mapped(
    work: TenantWork,
    file_id: int,
    mapping: Mapping[str, str],
    *,
    row_count: int,
    source: str,
    visibility: Visibility,
) -> JobImportBatch:
    """Have a file imported by a worker; asked for twice, it is imported once.

    Args:
        work: The tenant's transaction.
        file_id: The file, which was checked with this mapping.
        mapping: Field of a posting → column; empty for fields that the file does not have.
        row_count: How many rows it has.
        source: Name of the source.
        visibility: Who may see the postings.

    Raises:
        NotFound: There is no such file.
        ImportConflictError: It was asked for with another source or for other eyes.
    """
    file = await work.session.get(JobImportFile, file_id, with_for_update=True)
    if file is None:
        raise NotFound("file")
    file.column_mapping, file.row_count = dict(mapping), row_count
    wanted = RequestedImport(
        tenant_id=work.tenant_id,
        batch_key=batch_key_of(file_id),
        visibility=visibility,
        sources=[RequestedSource(source=source, file_id=file_id)],
    )
    batch = await request_import(work.session, wanted)
    await record(work, "job_import.requested", batch.batch_key, details={"source": source})
    return batch


def batch_key_of(file_id: int) -> str:
    """Under which key an uploaded file is imported."""
    return f"file-{file_id}"


def _encoding_of(content: IO[bytes], file_format: FileFormat) -> str:
    encoding = text_encoding(file_format, None)
    if file_format is not FileFormat.CSV or _decodes(content, encoding):
        return encoding
    return _OF_SPREADSHEETS


def _decodes(content: IO[bytes], encoding: str) -> bool:
    content.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while part := content.read(_PART_BYTES):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
