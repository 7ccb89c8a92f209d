"""How long work may stand still, and how often it is set going again.

The four attempts of a step take less than half an hour, even if each of them waits for a statement
until it times out (five minutes) and for the engine to call again (two minutes). So what has not
moved for an hour has nobody who works at it, unless it waits for its turn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from blacklight_shared.workflows import RETRY_CONFIG

MAX_RESUMPTIONS = 3
"""What stalls once more than this has another reason than an outage."""

STEP_PATIENCE = timedelta(hours=1)
CANDIDATE_PATIENCE = timedelta(hours=3)
"""For matching a candidate and for reading a CV: hundreds may wait for their turn."""
UPLOAD_PATIENCE = timedelta(hours=24)
"""For a client to go on with an upload that broke off."""


@dataclass(frozen=True, slots=True)
class ImportPatience:
    """How long an import may stand still.

    Attributes:
        matching: While its chunks are matched, and while a finished import is summed up.
        source: While a source is fetched and received.
        upload: While a client uploads it.
    """

    matching: timedelta
    source: timedelta
    upload: timedelta

    @classmethod
    def with_feed_timeout(cls, timeout: timedelta) -> ImportPatience:
        """Patience for feeds that may take ``timeout`` in each attempt."""
        return cls(
            matching=STEP_PATIENCE,
            source=STEP_PATIENCE + (1 + RETRY_CONFIG.default) * timeout,
            upload=UPLOAD_PATIENCE,
        )
