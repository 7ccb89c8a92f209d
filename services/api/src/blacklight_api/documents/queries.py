"""Queries about documents; sessions see one tenant's. Content is only loaded where it is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from blacklight_shared.models import (
    Candidate,
    CandidateDocument,
    DocumentKind,
    ExtractionStatus,
)
from sqlalchemy import Select, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from blacklight_api.documents.files import EarlierReading, UploadedFile
from blacklight_api.pagination import IdKey, newest_first


@dataclass(frozen=True, slots=True)
class ResumeStates:
    """How far a candidate's CVs are read: whether any waits, and whether any was read."""

    is_reading: bool
    has_read: bool


async def find_document(
    session: AsyncSession, candidate_id: int, document_id: int, *, with_content: bool = False
) -> CandidateDocument | None:
    """A document of a candidate who is not deleted."""
    query = _visible().where(
        CandidateDocument.candidate_id == candidate_id, CandidateDocument.id == document_id
    )
    if with_content:
        query = query.options(undefer(CandidateDocument.content))
    return await session.scalar(query)


async def list_documents(
    session: AsyncSession, candidate_id: int, *, after: IdKey | None, limit: int
) -> Sequence[CandidateDocument]:
    """Documents of a candidate, the newest first."""
    query = _visible().where(CandidateDocument.candidate_id == candidate_id)
    page = newest_first(query, CandidateDocument.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def resume_states(session: AsyncSession, candidate_id: int) -> ResumeStates:
    """How far the CVs of a candidate are read."""
    state = CandidateDocument.extraction_status
    row = await session.execute(
        select(
            func.coalesce(func.bool_or(state == ExtractionStatus.PENDING), False),
            func.coalesce(func.bool_or(state == ExtractionStatus.EXTRACTED), False),
        ).where(
            CandidateDocument.candidate_id == candidate_id,
            CandidateDocument.kind == DocumentKind.RESUME,
        )
    )
    return ResumeStates(*row.one())


async def delete_document(session: AsyncSession, document_id: int) -> None:
    """Delete a document with its content."""
    await session.execute(delete(CandidateDocument).where(CandidateDocument.id == document_id))


async def find_by_hash(
    session: AsyncSession, sha256: bytes, *, candidate_id: int | None = None
) -> CandidateDocument | None:
    """The first document with this content: of one candidate, or of any of the tenant."""
    query = _visible().where(CandidateDocument.sha256 == sha256)
    if candidate_id is not None:
        query = query.where(CandidateDocument.candidate_id == candidate_id)
    return await session.scalar(query.order_by(CandidateDocument.id).limit(1))


async def add_document(
    session: AsyncSession,
    candidate: Candidate,
    file: UploadedFile,
    kind: DocumentKind,
    earlier: EarlierReading | None = None,
) -> int | None:
    """Add a document, unless the candidate has one with this content.

    Args:
        session: The tenant's transaction.
        candidate: Whose.
        file: The file.
        kind: What it is for.
        earlier: What is known of it from before; the profile does not have it yet.

    Returns:
        Its id; None when there is one already.
    """
    document_id: int | None = await session.scalar(
        insert(CandidateDocument)
        .values(
            tenant_id=candidate.tenant_id,
            candidate_id=candidate.id,
            kind=kind,
            filename=file.name,
            content_type=file.format.content_type,
            size_bytes=len(file.content),
            sha256=file.sha256,
            content=file.content,
            **_known(earlier),
        )
        .on_conflict_do_nothing(index_elements=["candidate_id", "sha256"])
        .returning(CandidateDocument.id)
    )
    return document_id


async def lock_content(session: AsyncSession, tenant_id: int, sha256: bytes) -> None:
    """Make uploads of one content in one tenant wait for each other."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:content, :tenant_id))"),
        {"content": sha256.hex(), "tenant_id": tenant_id},
    )


def _known(earlier: EarlierReading | None) -> dict[str, Any]:
    if earlier is None:
        return {}
    if earlier.status is ExtractionStatus.SCANNED:
        return {"extraction_status": earlier.status, "extraction_error": earlier.error}
    return {"text": earlier.text, "page_count": earlier.page_count, "reading": earlier.reading}


def _visible() -> Select[CandidateDocument]:
    return (
        select(CandidateDocument)
        .join(Candidate, Candidate.id == CandidateDocument.candidate_id)
        .where(Candidate.deleted_at.is_(None))
    )
