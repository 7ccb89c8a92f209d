"""Time as the engine sees it: milliseconds since the Unix epoch."""

import time
from typing import Protocol


class Clock(Protocol):
    """Where the engine reads the time; tests pass one that they move by hand."""

    def now_ms(self) -> int:
        """Return milliseconds since the Unix epoch."""
        ...


class SystemClock:
    """The machine's wall clock."""

    def now_ms(self) -> int:
        """Return milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000
