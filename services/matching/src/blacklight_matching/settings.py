"""Settings of the matching worker."""

from __future__ import annotations

from datetime import timedelta

from blacklight_shared.llm import LlmSettings
from blacklight_shared.outbound import OutboundSettings
from pydantic import Field

from blacklight_matching.embeddings.settings import EmbeddingSettings
from blacklight_matching.feeds.fetching import FeedRules


class MatchingSettings(OutboundSettings):
    """What every service needs, which models are used, and what may be fetched."""

    embedding: EmbeddingSettings = Field(default_factory=EmbeddingSettings)
    """Read from variables that start with ``BLACKLIGHT_EMBEDDING_``."""
    llm: LlmSettings = Field(default_factory=LlmSettings)
    """Read from variables that start with ``BLACKLIGHT_LLM_``."""

    feed_max_bytes: int = Field(default=512 * 1024 * 1024, ge=1)
    """Of a feed of postings, as sent and when unpacked."""
    feed_timeout: timedelta = Field(default=timedelta(minutes=30), gt=timedelta(0))
    """For fetching a feed of postings."""

    job_vector_index_from: int | None = Field(default=None, ge=1)
    """How many postings must have a vector for an index of nearest neighbours to be kept; left out,
    none is: nothing here reads it, and each new vector costs its upkeep."""

    @property
    def feed_rules(self) -> FeedRules:
        """What may be fetched, as the settings say."""
        return FeedRules(self.destinations, self.feed_max_bytes, self.feed_timeout)
