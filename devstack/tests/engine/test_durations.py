"""Time strings of the protocol."""

import pytest
from blacklight_devstack.engine.durations import parse_deadline_ms, parse_duration_ms
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("300ms", 300),
        ("1s", 1_000),
        ("1.5m", 90_000),
        ("2h45m", 9_900_000),
        ("1d", 86_400_000),
        ("1w", 604_800_000),
        ("1500us", 2),
    ],
)
def test_units_add_up(text: str, expected_ms: int) -> None:
    assert parse_duration_ms(text) == expected_ms


@pytest.mark.parametrize("text", ["", "5", "s", "5 s", "1h-5m", "1h5", "five minutes"])
def test_anything_else_is_refused_and_quoted(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration") as refusal:
        parse_duration_ms(text)
    assert repr(text) in str(refusal.value)


@given(hours=st.integers(0, 99), minutes=st.integers(0, 59), millis=st.integers(0, 999))
def test_the_parts_are_summed(hours: int, minutes: int, millis: int) -> None:
    expected = (hours * 60 + minutes) * 60_000 + millis
    assert parse_duration_ms(f"{hours}h{minutes}m{millis}ms") == expected


@pytest.mark.parametrize(
    ("text", "expected_ms"),
    [
        ("5s", 6_000),
        ("1970-01-01T00:00:02.500Z", 2_500),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:03", 3_000),
    ],
)
def test_a_deadline_is_a_duration_from_now_or_a_date(text: str, expected_ms: int) -> None:
    assert parse_deadline_ms(text, now_ms=1_000) == expected_ms
