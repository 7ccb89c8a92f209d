"""What HR sends to decide about a submission."""

from __future__ import annotations

from blacklight_shared.resumes import RESUME_FIELDS
from pydantic import ConfigDict, Field

from blacklight_api.schemas import Line, Paragraphs, RequestModel


class Rejection(RequestModel):
    """Why a submission is rejected."""

    reason: Paragraphs | None = Field(
        default=None, description="The candidate reads it in their mail; null: none is given."
    )

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "We have no open role in your region."}]}
    )


class TakenFromResume(RequestModel):
    """For which fields of a submission the CV counts."""

    fields: list[Line] = Field(
        max_length=len(RESUME_FIELDS),
        description=f"All of them, each one of: {', '.join(RESUME_FIELDS)}.",
    )

    model_config = ConfigDict(json_schema_extra={"examples": [{"fields": ["phone", "skills"]}]})
