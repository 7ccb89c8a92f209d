"""What clients send and get about a tenant's skills."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import ConfigDict, Field

from blacklight_api.schemas import Line, RequestModel, ResponseModel


class SkillCreate(RequestModel):
    """A skill to add to the tenant's taxonomy."""

    name: Line
    aliases: Annotated[list[Line], Field(max_length=50)] = Field(
        default_factory=list, description="Other spellings; case and punctuation do not matter."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Blacklight ATS", "aliases": ["Blacklight Recruiting"]}]
        }
    )


class SkillShown(ResponseModel):
    """A skill that the tenant added."""

    id: int
    name: str
    aliases: list[str]
    created_at: datetime
