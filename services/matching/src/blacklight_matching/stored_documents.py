"""Uploaded files in the database, of candidates and of invited people alike."""

from __future__ import annotations

from typing import Any

from blacklight_shared.models import CandidateDocument, ExtractionStatus, InvitationDocument
from blacklight_shared.resumes import ResumeReading
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

Documents = type[CandidateDocument] | type[InvitationDocument]
"""Whose documents are meant."""


async def load_text(session: AsyncSession, documents: Documents, document_id: int) -> str | None:
    """The text of a document, once it is stored."""
    return await session.scalar(select(documents.text).where(documents.id == document_id))


async def load_reading(
    session: AsyncSession, documents: Documents, document_id: int
) -> ResumeReading | None:
    """What a CV says, once it is read."""
    stored = await session.scalar(select(documents.reading).where(documents.id == document_id))
    return None if stored is None else ResumeReading.model_validate(stored)


async def store_text(
    session: AsyncSession,
    documents: Documents,
    document_id: int,
    *,
    text: str,
    page_count: int | None,
) -> None:
    """Keep the text of a document; it counts as read once a profile or form has it too."""
    await _set(
        session, documents, document_id, text=text, page_count=page_count, extraction_error=None
    )


async def store_failure(
    session: AsyncSession,
    documents: Documents,
    document_id: int,
    status: ExtractionStatus,
    reason: str,
) -> None:
    """Say why a document has no text."""
    await _set(session, documents, document_id, extraction_status=status, extraction_error=reason)


async def mark_read(
    session: AsyncSession, documents: Documents, document_id: int, reading: ResumeReading
) -> None:
    """Keep what a CV says; it is read."""
    await _set(
        session,
        documents,
        document_id,
        reading=reading.model_dump(mode="json"),
        extraction_status=ExtractionStatus.EXTRACTED,
    )


async def _set(
    session: AsyncSession, documents: Documents, document_id: int, **values: Any
) -> None:
    await session.execute(update(documents).where(documents.id == document_id).values(**values))
