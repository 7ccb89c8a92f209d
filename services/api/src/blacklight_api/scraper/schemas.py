"""What scrapers send and get."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated

from blacklight_shared.models import ScraperSessionStatus, ScrapeStatus
from pydantic import ConfigDict, Field, StringConstraints

from blacklight_api.schemas import Line, RequestModel, ResponseModel, RowId

Platform = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._\-]{0,63}$")]


class TargetCreate(RequestModel):
    """A role to be scraped in a location."""

    role_id: RowId
    location: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=200),
        Field(description="As scrapers should search for it; empty means anywhere."),
    ] = ""
    priority: int = Field(default=0, ge=0, le=1_000_000, description="Higher goes first.")

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"role_id": 7, "location": "Leeds, UK"}]}
    )


class Target(ResponseModel):
    """A role and location, and where it stands in the queue."""

    id: int
    role_id: int
    role: str
    location: str
    status: ScrapeStatus
    priority: int
    attempts: int
    last_scraped_at: datetime | None
    last_error: str | None


class Submission(ResponseModel):
    """What a session delivered from one platform."""

    platform: str
    batch_id: str | None = Field(description="The import; see `/batches`.")
    created_at: datetime


class Session(ResponseModel):
    """A scraper's claim on one target."""

    id: uuid.UUID
    status: ScraperSessionStatus
    role_id: int
    role: str
    role_aliases: list[str] = Field(description="Other names to search for.")
    location: str
    started_at: datetime
    heartbeat_at: datetime
    finished_at: datetime | None
    submissions: list[Submission]


class Failure(RequestModel):
    """Why a session is given up."""

    error: Line

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"error": "The site asks for a captcha."}]}
    )
