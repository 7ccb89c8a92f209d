"""Files of postings kept in the database, piece by piece, from their arrival to their import.

What is imported is what was checked: a feed that changes between two attempts cannot mix two files.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from tempfile import TemporaryFile

from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.database import Database
from blacklight_shared.job_imports.files import ImportFile
from blacklight_shared.models import (
    BatchStatus,
    FileFormat,
    JobImportBatch,
    JobImportFile,
    JobImportFilePart,
)

PART_BYTES = 1024 * 1024
KEPT_UNUSED = timedelta(days=7)
"""How long an upload waits for the import that names it."""


async def store_file(
    session: AsyncSession, tenant_id: int | None, file: ImportFile
) -> JobImportFile:
    """Keep a file, in the caller's transaction.

    Args:
        session: Of the tenant, or without one for the platform.
        tenant_id: Whose file it is.
        file: Its rows are read once, and its bytes once.

    Raises:
        ImportFileError: The file is malformed, empty or too long.
    """
    return await keep_file(session, tenant_id, file, await asyncio.to_thread(file.check))


async def keep_file(
    session: AsyncSession, tenant_id: int | None, file: ImportFile, row_count: int
) -> JobImportFile:
    """Keep a file as it is, in the caller's transaction.

    Args:
        session: Of the tenant, or without one for the platform.
        tenant_id: Whose file it is.
        file: Its bytes are read once.
        row_count: How many rows it has; 0 when nobody has counted them yet.
    """
    stored = JobImportFile(
        tenant_id=tenant_id,
        format=file.format,
        encoding=file.encoding,
        column_mapping=dict(file.column_mapping),
        size_bytes=0,
        row_count=row_count,
        sha256=b"",
    )
    session.add(stored)
    await session.flush()
    digest = hashlib.sha256()
    file.content.seek(0)
    part_number = 0
    while content := await asyncio.to_thread(file.content.read, PART_BYTES):
        digest.update(content)
        await session.execute(
            insert(JobImportFilePart).values(
                file_id=stored.id, part_number=part_number, tenant_id=tenant_id, content=content
            )
        )
        stored.size_bytes += len(content)
        part_number += 1
    stored.sha256 = digest.digest()
    await session.flush()
    return stored


@asynccontextmanager
async def opened_file(
    database: Database, tenant_id: int | None, file_id: int
) -> AsyncIterator[ImportFile | None]:
    """A stored file, to be read while the block lasts.

    Yields:
        The file; None when there is none, because it was received already.
    """
    async with database.session_for(tenant_id) as session:
        stored = await session.get(JobImportFile, file_id)
    if stored is None:
        yield None
        return
    with TemporaryFile() as content:
        part_number = 0
        while (part := await _part(database, tenant_id, file_id, part_number)) is not None:
            await asyncio.to_thread(content.write, part)
            part_number += 1
        yield ImportFile(content, FileFormat(stored.format), stored.encoding, stored.column_mapping)


async def delete_received_file(session: AsyncSession, file_id: int) -> None:
    """Delete a file with its parts, unless a batch is still to receive it; repeatable."""
    is_awaited = exists().where(
        JobImportBatch.file_id == JobImportFile.id, JobImportBatch.status == BatchStatus.RECEIVING
    )
    await session.execute(delete(JobImportFile).where(JobImportFile.id == file_id, ~is_awaited))


async def delete_unused_files(session: AsyncSession) -> None:
    """Delete old uploads of the session's tenant that no import has named."""
    is_named = exists().where(JobImportBatch.file_id == JobImportFile.id)
    await session.execute(
        delete(JobImportFile).where(JobImportFile.created_at < func.now() - KEPT_UNUSED, ~is_named)
    )


async def _part(
    database: Database, tenant_id: int | None, file_id: int, part_number: int
) -> bytes | None:
    async with database.session_for(tenant_id) as session:
        return await session.scalar(
            select(JobImportFilePart.content).where(
                JobImportFilePart.file_id == file_id, JobImportFilePart.part_number == part_number
            )
        )
