"""The index for nearest-neighbour searches among the vectors of postings, where one is wanted.

Scoring compares every eligible pair and reads none, so by default there is none to keep up. It is
for an installation that searches the vectors itself.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.features.loading import VectorSpace

BUILD_TIMEOUT = timedelta(hours=1)
"""Building holds up the storing of vectors; so it is built early, and then kept up by Postgres."""


class VectorIndexState(StrEnum):
    """What was done about the index."""

    BUILT = "built"
    CURRENT = "current"
    NOT_NEEDED = "not_needed"
    """There are too few vectors."""
    OFF = "off"
    UNSUPPORTED = "unsupported"
    """The model's vectors have more than pgvector's 2,000 components."""


async def keep_vector_index(
    session: AsyncSession, space: VectorSpace, *, min_vectors: int | None
) -> VectorIndexState:
    """Build the index of the model in use if it is missing, and drop those of other models.

    Args:
        session: A transaction, which waits for others that do the same.
        space: The model in use.
        min_vectors: How many there must be; None keeps no index, and leaves what there is.
    """
    if min_vectors is None:
        return VectorIndexState.OFF
    milliseconds = int(BUILD_TIMEOUT.total_seconds() * 1000)
    await session.execute(text(f"SET LOCAL statement_timeout = {milliseconds}"))
    state = await session.scalar(
        text("SELECT keep_job_vector_index(:model, :dimension, :minimum)"),
        {"model": space.model, "dimension": space.dimension, "minimum": min_vectors},
    )
    return VectorIndexState(state)
