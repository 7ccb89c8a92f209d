"""Settings of the matching worker."""

from __future__ import annotations

from blacklight_shared.settings import Settings
from pydantic import Field

from blacklight_matching.embeddings.settings import EmbeddingSettings


class MatchingSettings(Settings):
    """What every service needs, and which embedding model is used."""

    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    """Read from variables that start with ``BLACKLIGHT_EMBEDDING_``."""
