"""Writing postings: one upsert of what they say, sent as one JSON document.

Source and external id decide which posting a row is; the content hash decides whether it changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import orjson
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.job_imports.postings import (
    PostingRow,
    RowProblem,
    content_json,
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
_SENT_COLUMNS = {"external_id": "text", "content_hash": "bytea", **_CONTENT_COLUMNS}
_IF_NOT_SENT = {"description": "COALESCE(description, '')", "skills": "COALESCE(skills, '{}')"}

_NAMES = ", ".join(_CONTENT_COLUMNS)
_VALUES = ", ".join(_IF_NOT_SENT.get(name, name) for name in _CONTENT_COLUMNS)
_SENT = ", ".join(f"{name} {kind}" for name, kind in _SENT_COLUMNS.items())

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
      {_VALUES}
    FROM json_to_recordset(CAST(:postings AS json)) AS sent ({_SENT})
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
        content: What it says, as a JSON object that is never empty.
        content_hash: SHA-256 of ``content``.
    """

    line: int
    external_id: str
    content: bytes
    content_hash: bytes

    @classmethod
    def of(cls, line: int, posting: PostingRow) -> Self:
        """The posting of a line."""
        content = content_json(posting)
        return cls(line, external_id_of(posting), content, hashlib.sha256(content).digest())

    def as_sent(self) -> bytes:
        """The content with what tells it apart, as the JSON object that the upsert reads."""
        return b'{"external_id":%b,"content_hash":"\\\\x%b",%b' % (
            orjson.dumps(self.external_id),
            self.content_hash.hex().encode(),
            self.content[1:],
        )


@dataclass(frozen=True, slots=True)
class StoredPostings:
    """What an upsert did, by external id; the rest was unchanged.

    Attributes:
        new_ids: Ids of the postings that were not there.
        updated_ids: Ids of those that said something else.
        refused: Those that were left as they are, and why.
    """

    new_ids: Mapping[str, int]
    updated_ids: Mapping[str, int]
    refused: Mapping[str, RowProblem]


async def store_postings(
    session: AsyncSession, target: ImportTarget, postings: Sequence[StagedPosting]
) -> StoredPostings:
    """Insert or update postings.

    Args:
        session: A transaction that the caller commits.
        target: Where they go.
        postings: No two of one external id.
    """
    parameters = {
        "postings": f"[{b','.join(posting.as_sent() for posting in postings).decode()}]",
        "batch_id": target.batch_id,
        "source": target.source,
        "importer_tenant_id": target.importer_tenant_id,
        "source_tenant_id": target.source_tenant_id,
    }
    stored = (await session.execute(_UPSERT, parameters)).all()
    new_ids = {row.external_id: row.id for row in stored if row.is_new}
    updated_ids = {row.external_id: row.id for row in stored if not row.is_new}
    left_alone = [
        posting
        for posting in postings
        if posting.external_id not in new_ids and posting.external_id not in updated_ids
    ]
    return StoredPostings(
        new_ids=new_ids,
        updated_ids=updated_ids,
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


async def _owned_by_others(
    session: AsyncSession, target: ImportTarget, left_alone: Sequence[StagedPosting]
) -> dict[str, RowProblem]:
    """Of the postings that were not written, those that the database has otherwise."""
    if target.importer_tenant_id is None or not left_alone:
        return {}
    kept = await session.execute(
        select(JobPosting.external_id, JobPosting.content_hash).where(
            JobPosting.source_tenant_id == target.source_tenant_id,
            JobPosting.source == target.source,
            JobPosting.external_id.in_([staged.external_id for staged in left_alone]),
        )
    )
    kept_hashes = {row.external_id: row.content_hash for row in kept}
    return {
        staged.external_id: _owned_by_another(staged.line)
        for staged in left_alone
        if kept_hashes[staged.external_id] != staged.content_hash
    }


def _owned_by_another(line: int) -> RowProblem:
    return RowProblem(
        line,
        "external_id",
        "Another importer delivered this posting; it was left as it is.",
        is_fatal=True,
    )
