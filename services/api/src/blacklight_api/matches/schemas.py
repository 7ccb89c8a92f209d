"""What clients send and get about matches."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Literal

from blacklight_shared.matching import Category, Grade
from blacklight_shared.models import CandidateStatus, JobStatus, MatchStatus
from pydantic import ConfigDict, Field

from blacklight_api.schemas import RequestModel, ResponseModel

PersonsStatus = Literal[
    MatchStatus.NEW,
    MatchStatus.VIEWED,
    MatchStatus.SHORTLISTED,
    MatchStatus.APPLIED,
    MatchStatus.REJECTED,
]
"""What a person can make of a match; closing it is the work of who closes the posting."""


class MatchPatch(RequestModel):
    """What a person makes of a match."""

    status: PersonsStatus

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "shortlisted"}]})


class MatchedCandidate(ResponseModel):
    """The candidate of a match."""

    id: int
    first_name: str
    last_name: str
    headline: str | None
    location: str | None
    status: CandidateStatus


class MatchedJob(ResponseModel):
    """The posting of a match."""

    id: int
    title: str
    company: str | None
    location: str | None
    url: str | None
    status: JobStatus


class CategoryShown(ResponseModel):
    """What one category contributed."""

    category: Category
    score_percent: float | None = Field(description="0-100; null: there was nothing to compare.")
    weight_base: float = Field(description="Its weight when every category counts, 0-1.")
    weight_applied: float = Field(description="Its weight in this match, 0-1.")
    points: float = Field(description="Its part of the total, in points of 100.")
    words: str


class MatchedSkill(ResponseModel):
    """A skill that the posting asks for and the candidate has."""

    id: int
    name: str
    in_profile: str | None = Field(description="The candidate's own word for it.")
    in_posting: str | None = Field(description="The posting's own word for it.")
    is_required: bool = Field(description="False: nice to have.")


class MissingSkill(ResponseModel):
    """A skill that the posting asks for and the candidate lacks."""

    id: int
    name: str
    in_posting: str | None
    is_required: bool


class MatchShown(ResponseModel):
    """A match with its explanation."""

    id: int
    candidate: MatchedCandidate
    job: MatchedJob
    score: float = Field(description="0-100.")
    grade: Grade | None = Field(description="Null below the lowest grade.")
    is_recommended: bool
    status: MatchStatus
    status_changed_at: datetime | None
    summary: str
    reasons: list[str] = Field(description="What speaks for the match, the weightiest first.")
    breakdown: list[CategoryShown]
    matched_skills: list[MatchedSkill]
    missing_skills: list[MissingSkill]
    created_at: datetime
    updated_at: datetime


class MatchingQueued(ResponseModel):
    """Matching has been asked for; a worker does it."""

    event_id: uuid.UUID = Field(description="The event that the engine will get.")
