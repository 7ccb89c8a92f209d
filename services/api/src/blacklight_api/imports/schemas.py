"""What the API says of an import."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self

from blacklight_shared.job_imports.files import MAX_ROWS
from blacklight_shared.job_imports.postings import POSTING_FIELDS
from blacklight_shared.job_imports.requesting import MAX_SOURCES
from blacklight_shared.models import BatchStatus, FileFormat, ImportErrorSeverity, Visibility
from pydantic import ConfigDict, Field, model_validator

from blacklight_api.schemas import RequestModel, ResponseModel

SOURCE_PATTERN = r"^[a-z0-9][a-z0-9._\-]{0,63}$"


class BatchCounts(ResponseModel):
    """What became of the rows: new + updated + unchanged + failed = received."""

    rows_received: int
    jobs_new: int
    jobs_updated: int
    jobs_unchanged: int
    rows_failed: int
    chunks: int = Field(description="Parts that are matched on their own.")
    chunks_matched: int
    matches_written: int = Field(description="Matches made or changed so far.")


class Batch(ResponseModel):
    """One import, and how far it has come."""

    batch_id: str = Field(description="The idempotency key of the import.")
    source: str
    visibility: Visibility
    status: BatchStatus
    error: str | None = Field(description="Why it, or a part of it, failed.")
    sources: int = Field(description="How many sources it has, for an import from sources.")
    percent: float = Field(ge=0, le=100, description="Of the postings to be matched.")
    counts: BatchCounts
    created_at: datetime
    received_at: datetime | None
    completed_at: datetime | None


class ImportSource(RequestModel):
    """Where postings are to come from: a feed or an uploaded file."""

    source: Annotated[str, Field(pattern=SOURCE_PATTERN)] = Field(
        description="Name of the source; with the external id it says which posting a row is.",
    )
    url: Annotated[str, Field(max_length=2_000, pattern=r"^https?://\S+$")] | None = Field(
        default=None, description="Where a worker fetches JSON, JSON Lines or CSV."
    )
    file_id: Annotated[int, Field(ge=1, lt=2**63)] | None = Field(
        default=None, description="A file that was uploaded for this import."
    )
    format: FileFormat | None = Field(
        default=None, description="Of a feed whose address and media type do not say it."
    )
    column_mapping: Annotated[dict[str, str], Field(max_length=100)] | None = Field(
        default=None,
        description="Field of a posting → column of the feed, for columns that are not recognised"
        " by their names.",
    )

    @model_validator(mode="after")
    def _has_one_origin(self) -> Self:
        if (self.url is None) == (self.file_id is None):
            raise ValueError("Give either url or file_id.")
        if self.file_id is not None and (self.format or self.column_mapping):
            raise ValueError("A file was uploaded with its format and columns; leave them out.")
        return self


class SourcesImport(RequestModel):
    """An import from several sources."""

    batch_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:\-]{0,119}$")] | None = Field(
        default=None,
        description="Idempotency key: the same request may be sent again under it. Made up when"
        " left out.",
    )
    visibility: Visibility = Field(
        default=Visibility.GLOBAL,
        description="`global`: all tenants may match the postings. `tenant`: only yours.",
    )
    sources: Annotated[list[ImportSource], Field(min_length=1, max_length=MAX_SOURCES)]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sources": [
                        {"source": "careers-site", "url": "https://jobs.example.com/feed.jsonl"}
                    ]
                }
            ]
        }
    )


class StoredFile(ResponseModel):
    """A file that waits for the import which names it, for a week."""

    file_id: int = Field(validation_alias="id")
    format: FileFormat
    size_bytes: int
    row_count: int
    created_at: datetime


class BatchError(ResponseModel):
    """What was wrong with a row."""

    line: int = Field(description="Line of the file from 1; of a JSON list, the element's number.")
    severity: ImportErrorSeverity = Field(
        description="`error`: the row was left out. `warning`: imported without the field."
    )
    field: str | None
    message: str


_EXAMPLE = {
    "external_id": "ENG-1042",
    "title": "Senior Python Developer",
    "company": "Northwind Analytics",
    "location": "Leeds, UK",
    "description": "You will own our matching services. Python, PostgreSQL, 5+ years.",
    "salary_text": "£65,000 - £80,000",
    "posted_date": "2026-03-02",
}
_POSTING: dict[str, object] = {
    "type": "object",
    "required": ["title"],
    "properties": {name: {} for name in sorted(POSTING_FIELDS)},
    "additionalProperties": True,
}
IMPORT_BODY: dict[str, object] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {"type": "array", "items": _POSTING, "minItems": 1, "maxItems": MAX_ROWS},
            "example": [_EXAMPLE],
        },
        "application/x-ndjson": {"schema": {"type": "string"}},
        "text/csv": {"schema": {"type": "string"}},
    },
}
"""The request body of an import, for the OpenAPI document."""

BATCH_EVENT: dict[str, object] = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["progress", "end"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
"""One server-sent event of an import, for the OpenAPI document."""
