"""What the API says of an import."""

from __future__ import annotations

from datetime import datetime

from blacklight_shared.job_imports.files import MAX_ROWS
from blacklight_shared.job_imports.postings import POSTING_FIELDS
from blacklight_shared.models import BatchStatus, ImportErrorSeverity, Visibility
from pydantic import Field

from blacklight_api.schemas import ResponseModel


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
    percent: float = Field(ge=0, le=100, description="Of the postings to be matched.")
    counts: BatchCounts
    created_at: datetime
    received_at: datetime | None
    completed_at: datetime | None


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
