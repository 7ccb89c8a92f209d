"""What clients send and get about embeddings."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.events import MAX_BACKFILL_BATCH_SIZE, EmbeddedEntity
from pydantic import ConfigDict, Field

from blacklight_api.schemas import RequestModel, ResponseModel


class BackfillRequest(RequestModel):
    """What is to be embedded."""

    entity_type: EmbeddedEntity
    batch_size: Annotated[int, Field(ge=1, le=MAX_BACKFILL_BATCH_SIZE)] = Field(
        default=100, description="Texts that the worker embeds in one step."
    )

    model_config = ConfigDict(json_schema_extra={"examples": [{"entity_type": "jobs"}]})


class BackfillRequested(ResponseModel):
    """A backfill that a worker will take up."""

    event_id: str = Field(description="The event that starts it, as the engine knows it.")
    entity_type: EmbeddedEntity
    batch_size: int
