"""What the worker measures."""

from __future__ import annotations

from prometheus_client import Counter, Histogram

PAGES = Counter(
    "blacklight_registration_pages",
    "Attempts to fetch a page of a company's site, by what came of them",
    ["outcome"],
)
HOST_WAIT_SECONDS = Histogram(
    "blacklight_registration_host_wait_seconds",
    "How long a request waited for its turn at a host",
    buckets=(0.1, 0.5, 1, 2, 5, 10, 30),
)
DOSSIERS = Counter(
    "blacklight_registration_dossiers", "Dossiers saved, by how complete they are", ["completeness"]
)
DOSSIERS_UNSAVED = Counter(
    "blacklight_registration_dossiers_unsaved", "Analyses whose dossier could not be saved"
)
