"""Cron schedules, with ``TZ=`` prefixes and the usual nicknames."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

MISSED_GRACE_MS = 60_000
"""A time that passed while the engine was down is made up for if it is no older than this."""

_NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}


def check_cron(schedule: str) -> None:
    """Parse a schedule.

    Raises:
        ValueError: It is not a cron schedule, or its time zone is unknown.
    """
    next_time_ms(schedule, 0)


def next_time_ms(schedule: str, after_ms: int) -> int | None:
    """The first time after ``after_ms`` that a schedule names, or None if there is none.

    Raises:
        ValueError: It is not a cron schedule, or its time zone is unknown.
    """
    expression, zone = _split(schedule)
    start = datetime.fromtimestamp(after_ms / 1000, tz=zone)
    try:
        moment = next(CronSim(expression, start))
    except CronSimError as error:
        raise ValueError(f"{schedule!r} is not a cron schedule: {error}") from error
    except StopIteration:
        return None
    return round(moment.astimezone(UTC).timestamp() * 1000)


def _split(schedule: str) -> tuple[str, ZoneInfo]:
    zone = "UTC"
    expression = schedule.strip()
    for prefix in ("TZ=", "CRON_TZ="):
        if expression.startswith(prefix):
            zone, _, expression = expression.removeprefix(prefix).partition(" ")
    try:
        return _NICKNAMES.get(expression.strip(), expression.strip()), ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{schedule!r} names an unknown time zone: {zone!r}") from error
