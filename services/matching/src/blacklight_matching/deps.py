"""What the workflows of this service are given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.llm import LanguageModel, create_language_model
from blacklight_shared.measuring import measured
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.document_reader import DocumentReader
from blacklight_matching.embeddings.base import EmbeddingProvider
from blacklight_matching.embeddings.factory import create_provider
from blacklight_matching.features.loading import VectorSpace
from blacklight_matching.feeds.fetching import FeedRules
from blacklight_matching.import_backlog import measure_import_backlog
from blacklight_matching.settings import MatchingSettings
from blacklight_matching.snapshot import PostingSnapshot


@dataclass(frozen=True, slots=True)
class ScoringSlots:
    """A worker scores one thing of a kind at a time: it has memory for that, and one core of work.

    More at once is a matter of more workers. A candidate, for whom somebody may wait, never stands
    behind the tiles of an import.

    Attributes:
        postings: Held while postings are scored against a tile of candidates.
        candidate: Held while a candidate is scored.
    """

    postings: asyncio.Lock = field(default_factory=asyncio.Lock)
    candidate: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, slots=True)
class MatchingDeps:
    """Connections that live as long as the worker.

    Attributes:
        database: The database.
        embeddings: The embedding model in use.
        documents: Reads uploaded files in processes of its own.
        secret_box: Opens the addresses of feeds.
        feed_rules: Which feeds of postings may be fetched.
        language_model: Reads CVs; None when none is configured.
        job_vector_index_from: Postings from which their vectors are indexed; None for never.
        snapshot: The open global postings, in memory.
        slots: Who may score now.
    """

    database: Database
    embeddings: EmbeddingProvider
    documents: DocumentReader
    secret_box: SecretBox
    feed_rules: FeedRules = field(default_factory=FeedRules)
    language_model: LanguageModel | None = None
    job_vector_index_from: int | None = None
    snapshot: PostingSnapshot = field(default_factory=PostingSnapshot)
    slots: ScoringSlots = field(default_factory=ScoringSlots)

    @property
    def space(self) -> VectorSpace:
        """Which stored vectors belong to the model in use."""
        return VectorSpace.of(self.embeddings)

    def session(self, tenant_id: int | None) -> AbstractAsyncContextManager[AsyncSession]:
        """A transaction of one tenant, or of none: then tenants' rows are not seen."""
        if tenant_id is None:
            return self.database.global_session()
        return self.database.tenant_session(tenant_id)


@asynccontextmanager
async def open_deps(settings: MatchingSettings) -> AsyncIterator[MatchingDeps]:
    """Open the connections, and close them at the end."""
    database = Database.from_settings(settings)
    embeddings = create_provider(settings.embedding)
    documents = DocumentReader()
    language_model = create_language_model(settings.llm)
    try:
        async with measured(partial(measure_import_backlog, database)):
            yield MatchingDeps(
                database,
                embeddings,
                documents,
                SecretBox.from_settings(settings),
                settings.feed_rules,
                language_model,
                settings.job_vector_index_from,
            )
    finally:
        if language_model is not None:
            await language_model.aclose()
        await documents.aclose()
        await embeddings.aclose()
        await database.close()
