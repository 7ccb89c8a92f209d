"""What files of candidates and of invited people have in common."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, LargeBinary, SmallInteger, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import JsonObject


class DocumentKind(StrEnum):
    """What a document is for."""

    RESUME = "resume"
    OTHER = "other"


class ExtractionStatus(StrEnum):
    """How far the text of a document has been read."""

    PENDING = "pending"
    EXTRACTED = "extracted"
    SCANNED = "scanned"
    FAILED = "failed"


IS_UNREAD = "kind = 'resume' AND extraction_status = 'pending'"
"""A CV that is still to be read. Queries spell it as the indexes do."""


class StoredDocument:
    """Columns of a stored file; only CVs are read."""

    kind: Mapped[str] = mapped_column(server_default=DocumentKind.RESUME)
    filename: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    reading: Mapped[JsonObject | None] = mapped_column(
        JSONB(none_as_null=True), deferred=True, deferred_raiseload=True
    )
    """A ``ResumeReading``: what the CV says; None until it is read."""
    extraction_status: Mapped[str] = mapped_column(server_default=ExtractionStatus.PENDING)
    extraction_error: Mapped[str | None]
    page_count: Mapped[int | None] = mapped_column(Integer)
    resumptions: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    """How often reading it was begun again, because nobody had finished."""
    resumed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    text: Mapped[str | None] = mapped_column(deferred=True, deferred_raiseload=True)
