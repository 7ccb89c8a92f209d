"""How often a failing step is tried again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryConfig:
    """Attempts after the first one, by kind of work.

    Attributes:
        default: Work inside the system, which is back soon when it fails.
        mail: Delivery to the outside, where a far side may be away for longer.
        parsing: Reading of documents: what fails twice, fails for its content.
        scheduled: Cron work, which comes round again by itself.
        none: Work that must not be repeated.
    """

    default: int = 3
    mail: int = 5
    parsing: int = 1
    scheduled: int = 1
    none: int = 0


RETRY_CONFIG = RetryConfig()
