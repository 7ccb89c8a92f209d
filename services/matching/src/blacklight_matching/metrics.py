"""What the worker counts."""

from __future__ import annotations

from prometheus_client import Counter

MATCHES_WRITTEN = Counter("blacklight_matches_written", "Match rows that became new or different")
MATCHES_REMOVED = Counter("blacklight_matches_removed", "Match rows that no longer match")
PAIRS_STORED = Counter("blacklight_pairs_matched", "Scored pairs at or above the threshold")
EMBEDDINGS = Counter("blacklight_embeddings_stored", "Vectors made and stored", ["subject"])
POSTINGS_EXPIRED = Counter("blacklight_postings_expired", "Postings whose time was over")
