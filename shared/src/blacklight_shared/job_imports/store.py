"""Writing one chunk of postings: COPY into a temporary table, then one upsert.

Source and external id decide which posting a row is; the content hash decides whether it changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Self

from psycopg import AsyncConnection
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.job_imports.postings import (
    PostingRow,
    RowProblem,
    content_hash,
    external_id_of,
)
from blacklight_shared.models import ImportErrorSeverity, JobImportError, JobPosting

_CONTENT_COLUMNS = {
    "title": "text",
    "company": "text",
    "location": "text",
    "description": "text",
    "employment_type": "text",
    "work_mode": "text",
    "skills": "text[]",
    "experience_min_years": "numeric",
    "experience_max_years": "numeric",
    "salary_min": "numeric",
    "salary_max": "numeric",
    "salary_currency": "text",
    "salary_period": "text",
    "salary_text": "text",
    "url": "text",
    "posted_date": "date",
    "expires_at": "timestamptz",
}
_STAGED_COLUMNS = {
    "line": "integer",
    "external_id": "text",
    "content_hash": "bytea",
    **_CONTENT_COLUMNS,
}
_NAMES = ", ".join(_CONTENT_COLUMNS)

_STAGED_DEFINITION = ", ".join(f"{name} {kind}" for name, kind in _STAGED_COLUMNS.items())
_STAGE = f"CREATE TEMPORARY TABLE staged_postings ({_STAGED_DEFINITION}) ON COMMIT DROP"

_COPY = f"COPY staged_postings ({', '.join(_STAGED_COLUMNS)}) FROM STDIN"

# A new title may mean another role; the worker finds it when role_id is null. Rows are locked in
# the order of their key, so that imports of the same postings wait for each other and never
# deadlock.
_UPSERT = text(
    f"""
    INSERT INTO job_postings (
      source_tenant_id, imported_by_tenant_id, import_batch_id, source, external_id, content_hash,
      {_NAMES}
    )
    SELECT :source_tenant_id, :importer_tenant_id, :batch_id, :source, external_id, content_hash,
      {_NAMES}
    FROM staged_postings
    ORDER BY external_id
    ON CONFLICT (source_tenant_id, source, external_id) DO UPDATE SET
      import_batch_id = EXCLUDED.import_batch_id,
      content_hash = EXCLUDED.content_hash,
      imported_at = now(),
      updated_at = now(),
      status = CASE job_postings.status WHEN 'expired' THEN 'active' ELSE job_postings.status END,
      role_id = CASE WHEN job_postings.title = EXCLUDED.title THEN job_postings.role_id END,
      {", ".join(f"{name} = EXCLUDED.{name}" for name in _CONTENT_COLUMNS)}
    WHERE job_postings.content_hash <> EXCLUDED.content_hash
      AND (CAST(:importer_tenant_id AS bigint) IS NULL
           OR job_postings.imported_by_tenant_id = :importer_tenant_id)
    RETURNING id, external_id, xmax = 0 AS is_new
    """  # noqa: S608 -- names are constants of this module
)


@dataclass(frozen=True, slots=True)
class ImportTarget:
    """Where the postings of an import go.

    Attributes:
        batch_id: ``JobImportBatch.id``.
        source: Name of the source, such as a job board.
        importer_tenant_id: Who imports; None for the platform.
        source_tenant_id: The only tenant that may see the postings; None for everyone.
    """

    batch_id: int
    source: str
    importer_tenant_id: int | None
    source_tenant_id: int | None


@dataclass(frozen=True, slots=True)
class StagedPosting:
    """A posting with what tells it apart.

    Attributes:
        line: Where it stands in the file, from 1.
        external_id: The source's id, or one made from the content.
        content_hash: SHA-256 of what it says.
        posting: What it says.
    """

    line: int
    external_id: str
    content_hash: bytes
    posting: PostingRow

    @classmethod
    def of(cls, line: int, posting: PostingRow) -> Self:
        """The posting of a line."""
        return cls(line, external_id_of(posting), content_hash(posting), posting)


@dataclass(frozen=True, slots=True)
class StoredPostings:
    """What an upsert did; the rest of the chunk was unchanged."""

    new_ids: list[int]
    updated_ids: list[int]
    refused: list[RowProblem]


async def store_postings(
    session: AsyncSession, target: ImportTarget, postings: Sequence[StagedPosting]
) -> StoredPostings:
    """Insert or update the postings of one chunk.

    Args:
        session: A transaction that the caller commits.
        target: Where they go.
        postings: No two of one external id.
    """
    await session.execute(text(_STAGE))
    await _copy(session, postings)
    parameters = {
        "batch_id": target.batch_id,
        "source": target.source,
        "importer_tenant_id": target.importer_tenant_id,
        "source_tenant_id": target.source_tenant_id,
    }
    stored = (await session.execute(_UPSERT, parameters)).all()
    stored_ids = {row.external_id for row in stored}
    left_alone = [posting for posting in postings if posting.external_id not in stored_ids]
    return StoredPostings(
        new_ids=sorted(row.id for row in stored if row.is_new),
        updated_ids=sorted(row.id for row in stored if not row.is_new),
        refused=await _owned_by_others(session, target, left_alone),
    )


async def store_problems(
    session: AsyncSession, target: ImportTarget, problems: Sequence[RowProblem]
) -> None:
    """Keep what was wrong with rows, for the client to fetch."""
    if not problems:
        return
    await session.execute(
        insert(JobImportError),
        [
            {
                "batch_id": target.batch_id,
                "tenant_id": target.importer_tenant_id,
                "line": problem.line,
                "severity": (
                    ImportErrorSeverity.ERROR if problem.is_fatal else ImportErrorSeverity.WARNING
                ),
                "field": problem.field,
                "message": problem.message,
            }
            for problem in problems
        ],
    )


async def _copy(session: AsyncSession, postings: Sequence[StagedPosting]) -> None:
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    if not isinstance(driver, AsyncConnection):
        raise TypeError("COPY needs psycopg")
    async with driver.cursor() as cursor, cursor.copy(_COPY) as copy:
        for staged in postings:
            key = (staged.line, staged.external_id, staged.content_hash)
            await copy.write_row(key + _content_of(staged.posting))


_content_of = attrgetter(*_CONTENT_COLUMNS)


async def _owned_by_others(
    session: AsyncSession, target: ImportTarget, left_alone: Sequence[StagedPosting]
) -> list[RowProblem]:
    """Of the postings that were not written, those that the database has otherwise."""
    if target.importer_tenant_id is None or not left_alone:
        return []
    kept = await session.execute(
        select(JobPosting.external_id, JobPosting.content_hash).where(
            JobPosting.source_tenant_id == target.source_tenant_id,
            JobPosting.source == target.source,
            JobPosting.external_id.in_([staged.external_id for staged in left_alone]),
        )
    )
    kept_hashes = {row.external_id: row.content_hash for row in kept}
    return [
        _owned_by_another(staged.line)
        for staged in left_alone
        if kept_hashes[staged.external_id] != staged.content_hash
    ]


def _owned_by_another(line: int) -> RowProblem:
    return RowProblem(
        line,
        "external_id",
        "Another importer delivered this posting; it was left as it is.",
        is_fatal=True,
    )
