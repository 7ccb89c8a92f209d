"""Time strings of the SDK protocol, such as ``300ms`` or ``2h45m``, and ISO 8601 dates."""

import re
from datetime import UTC, datetime

_UNIT_MS = {
    "ns": 1e-6,
    "us": 1e-3,
    "µs": 1e-3,
    "ms": 1.0,
    "s": 1_000.0,
    "m": 60_000.0,
    "h": 3_600_000.0,
    "d": 86_400_000.0,
    "w": 604_800_000.0,
}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)")


def parse_duration_ms(text: str) -> int:
    """Read a time string (SDK specification §1.3.2) as whole milliseconds.

    Raises:
        ValueError: The text is not a sequence of numbers with units.
    """
    position = 0
    total_ms = 0.0
    for part in _PART.finditer(text):
        if part.start() != position:
            break
        total_ms += float(part[1]) * _UNIT_MS[part[2]]
        position = part.end()
    if position == 0 or position != len(text):
        raise ValueError(
            f"{text!r} is not a duration: use numbers with the units "
            "ns, us, ms, s, m, h, d or w, such as '2h45m'"
        )
    return round(total_ms)


def parse_deadline_ms(text: str, now_ms: int) -> int:
    """Read a time string (counted from ``now_ms``) or an ISO 8601 date as epoch milliseconds.

    Raises:
        ValueError: The text is neither.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return now_ms + parse_duration_ms(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
