"""What HR sends to decide about a submission."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from blacklight_api.schemas import Paragraphs, RequestModel


class Rejection(RequestModel):
    """Why a submission is rejected."""

    reason: Paragraphs | None = Field(
        default=None, description="The candidate reads it in their mail; null: none is given."
    )

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "We have no open role in your region."}]}
    )
