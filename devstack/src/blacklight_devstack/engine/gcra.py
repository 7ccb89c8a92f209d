"""The generic cell rate algorithm, which is how the real server limits and throttles runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """``limit`` per ``period_ms`` on average, at most ``at_once`` without a pause."""

    limit: int
    period_ms: int
    at_once: int

    @classmethod
    def for_rate_limit(cls, limit: int, period_ms: int) -> "Rate":
        """A rate limit lets a tenth of its limit through at once, on top of the one that is due."""
        return cls(limit, period_ms, at_once=1 + limit // 10)

    @classmethod
    def for_throttle(cls, limit: int, period_ms: int, burst: int) -> "Rate":
        """A throttle lets its limit start at once, and its burst on top of it."""
        return cls(limit, period_ms, at_once=limit + burst)


def admit(rate: Rate, arrival_ms: float | None, now_ms: int) -> tuple[bool, float]:
    """Ask for one cell.

    Args:
        rate: The rate to keep.
        arrival_ms: The theoretical arrival time kept from the last admission, None at first.
        now_ms: The time of asking.

    Returns:
        ``(True, arrival time to keep)`` or ``(False, time at which to ask again)``.
    """
    emission_ms = rate.period_ms / max(rate.limit, 1)
    arrives_ms = max(arrival_ms or 0.0, float(now_ms))
    allowed_at_ms = arrives_ms - emission_ms * (rate.at_once - 1)
    if allowed_at_ms > now_ms:
        return False, allowed_at_ms
    return True, arrives_ms + emission_ms
