"""Cron schedules."""

from datetime import UTC, datetime

import pytest
from blacklight_devstack.engine.cron import check_cron, next_time_ms


def after(schedule: str, moment: str) -> str:
    """The next time of a schedule, both as ISO 8601 in UTC."""
    start_ms = round(datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp() * 1000)
    next_ms = next_time_ms(schedule, start_ms)
    assert next_ms is not None
    return datetime.fromtimestamp(next_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize(
    ("schedule", "moment", "expected"),
    [
        ("*/15 * * * *", "2026-03-01T10:15", "2026-03-01T10:30"),
        ("0 9 * * *", "2026-03-01T09:00", "2026-03-02T09:00"),
        ("0 9 * * *", "2026-03-01T08:59:59.999", "2026-03-01T09:00"),
        ("0 0 * * MON", "2026-03-01T00:00", "2026-03-02T00:00"),
        ("@daily", "2026-03-01T12:00", "2026-03-02T00:00"),
        ("TZ=Europe/Paris 0 9 * * *", "2026-01-10T00:00", "2026-01-10T08:00"),
        ("TZ=Europe/Paris 0 9 * * *", "2026-07-10T00:00", "2026-07-10T07:00"),
        ("CRON_TZ=Asia/Kathmandu 0 0 * * *", "2026-01-10T00:00", "2026-01-10T18:15"),
    ],
)
def test_the_next_time_is_after_the_given_one(schedule: str, moment: str, expected: str) -> None:
    assert after(schedule, moment) == expected


def test_a_day_that_never_comes_has_no_next_time() -> None:
    assert next_time_ms("* * */20 * 1L", 1_800_000_000_000) is None


@pytest.mark.parametrize("schedule", ["", "* * * *", "61 * * * *", "TZ=Mars/Base 0 0 * * *"])
def test_a_wrong_schedule_is_refused_and_quoted(schedule: str) -> None:
    with pytest.raises(ValueError, match=r"cron schedule|time zone") as refusal:
        check_cron(schedule)
    assert repr(schedule) in str(refusal.value)
