"""Events about embeddings."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from blacklight_shared.events.base import Event

MAX_BACKFILL_BATCH_SIZE = 1_000


class EmbeddedEntity(StrEnum):
    """What has embeddings."""

    JOBS = "jobs"
    CANDIDATES = "candidates"


class BackfillEmbeddings(Event):
    """Make the embeddings that are missing, or of another model or text than today's.

    A run that comes to the end of its steps hands on to another one, with how far it came.
    """

    name: ClassVar[str] = "system/backfill-embeddings"
    description: ClassVar[str] = "Make missing and stale embeddings, until there are none."

    entity_type: EmbeddedEntity = EmbeddedEntity.JOBS
    batch_size: Annotated[int, Field(ge=1, le=MAX_BACKFILL_BATCH_SIZE)] = 100
    round_number: Annotated[int, Field(ge=1)] = 1
    after_id: Annotated[int, Field(ge=0)] = 0
    looked_at: Annotated[int, Field(ge=0)] = 0
    embedded: Annotated[int, Field(ge=0)] = 0
    failed: Annotated[int, Field(ge=0)] = 0


class BackfillProgress(Event):
    """How far a backfill has come."""

    name: ClassVar[str] = "system/backfill.progress"
    description: ClassVar[str] = "Progress of a backfill, for people who watch it."

    entity_type: EmbeddedEntity
    round_number: int
    step: str
    percent: Annotated[float, Field(ge=0, le=100)]
    message: str
