"""What the worker counts."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

MATCHES_WRITTEN = Counter("blacklight_matches_written", "Match rows that became new or different")
MATCHES_REMOVED = Counter("blacklight_matches_removed", "Match rows that no longer match")
PAIRS_STORED = Counter("blacklight_pairs_matched", "Scored pairs at or above the threshold")
EMBEDDINGS = Counter("blacklight_embeddings_stored", "Vectors made and stored", ["subject"])
POSTINGS_EXPIRED = Counter("blacklight_postings_expired", "Postings whose time was over")
IMPORT_CHUNKS_WAITING = Gauge(
    "blacklight_import_chunks_waiting",
    "Chunks of imports that are received and not yet matched; the same on every replica",
)
IMPORT_OLDEST_CHUNK_SECONDS = Gauge(
    "blacklight_import_oldest_chunk_seconds",
    "How long the oldest of them has been waiting; the same on every replica",
)
