"""What clients get about documents."""

from __future__ import annotations

from datetime import datetime

from blacklight_shared.models import DocumentKind, ExtractionStatus
from pydantic import Field

from blacklight_api.candidates.schemas import CandidateDetail
from blacklight_api.schemas import ResponseModel


class DocumentShown(ResponseModel):
    """A file of a candidate, without its content."""

    id: int
    candidate_id: int
    kind: DocumentKind
    filename: str
    content_type: str = Field(description="Told by the content, never by the name.")
    size_bytes: int
    extraction_status: ExtractionStatus = Field(
        description="How far the text has been read; `scanned` means pictures without text."
    )
    extraction_error: str | None
    page_count: int | None
    created_at: datetime


class CandidateFromResume(ResponseModel):
    """The candidate that a CV belongs to."""

    candidate: CandidateDetail
    document: DocumentShown
