"""Embedding what has no current vector, in steps of a size that a retry can afford."""

from __future__ import annotations

from collections.abc import Sequence

from blacklight_shared.workflows import translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.embedding_store import Subject, stale_texts, store_vectors
from blacklight_matching.metrics import EMBEDDINGS

TEXTS_PER_STEP = 250
"""What is embedded again at most when a step is repeated."""


@translating_errors("embed")
async def embed_stale(
    deps: MatchingDeps, subject: Subject, tenant_id: int | None, ids: Sequence[int]
) -> int:
    """Embed those subjects whose text has no current vector.

    No transaction is open while the model works.

    Args:
        deps: The worker's connections.
        subject: What the ids mean.
        tenant_id: Whose rows are seen; None for global rows only.
        ids: The subjects.

    Returns:
        How many were embedded.
    """
    async with deps.session(tenant_id) as session:
        stale = await stale_texts(session, subject, ids, deps.space)
    if not stale:
        return 0
    vectors = await deps.embeddings.embed([text.text for text in stale], kind="document")
    async with deps.session(tenant_id) as session:
        stored = await store_vectors(session, subject, stale, vectors, deps.space)
    EMBEDDINGS.labels(subject).inc(stored)
    return stored
