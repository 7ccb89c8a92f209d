"""What the gateway and the matching worker agree on about scrapers and their queue.

A scraper claims a role and location of the queue, and has a session for as long as it works on it.
A session ends when the scraper says so, or by timing out; the worker looks for silent ones.
"""

from __future__ import annotations

from datetime import timedelta

from blacklight_shared.models import ScrapeStatus, ScrapeTarget

HEARTBEAT_TIMEOUT = timedelta(minutes=60)
"""A session that was silent for longer has timed out."""

MAX_ATTEMPTS = 3
"""Failed or timed-out sessions after which a target waits for a person."""


def return_to_queue(target: ScrapeTarget, error: str) -> None:
    """Count an attempt that came to nothing, and offer the role and location again.

    Args:
        target: Locked by the caller's transaction.
        error: What was the matter.
    """
    target.attempts += 1
    target.last_error = error
    gives_up = target.attempts >= MAX_ATTEMPTS
    target.status = ScrapeStatus.FAILED if gives_up else ScrapeStatus.PENDING
