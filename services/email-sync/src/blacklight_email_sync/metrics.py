"""What the worker measures."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

PROVIDER_CALLS = Counter(
    "blacklight_mailbox_calls",
    "Requests to mail providers, by status; 'unreachable' without an answer",
    ["service", "operation", "outcome"],
)
SYNCS = Counter(
    "blacklight_inbox_syncs", "Syncs of inboxes that ended, by their error", ["provider", "error"]
)
SYNC_LAG = Histogram(
    "blacklight_inbox_sync_lag_seconds",
    "How long a mail had been in the inbox when it was fetched",
    buckets=(60, 300, 900, 1_800, 3_600, 14_400, 86_400, 604_800),
)
OVERDUE_SECONDS = Gauge(
    "blacklight_inbox_overdue_seconds",
    "For how long a sync has been due, of the inbox where it is longest; the same on every replica",
)
MAILS = Counter("blacklight_inbox_mails", "Mails by what became of them", ["status", "reason"])
POSTINGS = Counter(
    "blacklight_inbox_postings", "Postings found in mails: new, or known already", ["outcome"]
)
