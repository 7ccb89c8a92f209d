"""What clients send and get about API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, ConfigDict, Field, FutureDatetime

from blacklight_api.auth.scopes import Scope
from blacklight_api.schemas import Line, RequestModel, ResponseModel


class ApiKeyCreate(RequestModel):
    """A key to make."""

    name: Line = Field(description="What the key is for.")
    scopes: Annotated[set[Scope], Field(min_length=1)]
    expires_at: Annotated[AwareDatetime, FutureDatetime()] | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"name": "Nightly job feed", "scopes": ["jobs:import", "jobs:read"]},
            ]
        }
    )


class ApiKeyShown(ResponseModel):
    """A key, without its secret."""

    id: int
    name: str
    public_id: str = Field(description="The part of the key that may be shown: `bl_<public id>_…`.")
    scopes: list[str]
    created_at: datetime
    last_used_at: datetime | None = Field(description="To the minute.")
    expires_at: datetime | None
    revoked_at: datetime | None


class ApiKeyCreated(ApiKeyShown):
    """A key that was just made."""

    key: str = Field(description="The whole key. Shown only now.")
