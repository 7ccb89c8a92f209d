"""Rate limits and throttles."""

from blacklight_devstack.engine.gcra import Rate, admit
from hypothesis import given
from hypothesis import strategies as st


def admitted_at(rate: Rate, asked_at_ms: list[int]) -> list[int]:
    """The times at which a cell was admitted."""
    arrival_ms: float | None = None
    granted = []
    for now_ms in asked_at_ms:
        admitted, moment_ms = admit(rate, arrival_ms, now_ms)
        if admitted:
            arrival_ms = moment_ms
            granted.append(now_ms)
    return granted


rates = st.builds(
    Rate,
    limit=st.integers(1, 50),
    period_ms=st.integers(1_000, 100_000),
    at_once=st.integers(1, 10),
)
times = st.lists(st.integers(0, 300_000), min_size=1, max_size=80).map(sorted)


class TestAdmit:
    @given(rate=rates, asked_at_ms=times)
    def test_never_admits_more_than_the_burst_and_the_rate(
        self, rate: Rate, asked_at_ms: list[int]
    ) -> None:
        granted = admitted_at(rate, asked_at_ms)

        for first in range(len(granted)):
            for last in range(first, len(granted)):
                elapsed_ms = granted[last] - granted[first]
                allowed = rate.at_once + elapsed_ms * rate.limit / rate.period_ms
                assert last - first + 1 <= allowed + 1e-6

    @given(rate=rates, asked_at_ms=times)
    def test_a_refusal_says_when_asking_again_is_granted(
        self, rate: Rate, asked_at_ms: list[int]
    ) -> None:
        arrival_ms: float | None = None
        for now_ms in asked_at_ms:
            admitted, moment_ms = admit(rate, arrival_ms, now_ms)
            if admitted:
                arrival_ms = moment_ms
            else:
                assert moment_ms > now_ms
                assert admit(rate, arrival_ms, int(moment_ms) + 1)[0]


def test_a_rate_limit_has_a_burst_of_a_tenth() -> None:
    """Measured on the real server: 2 per 60 s let 1 of 5 simultaneous events through."""
    assert len(admitted_at(Rate.for_rate_limit(2, 60_000), [0] * 5)) == 1
    assert len(admitted_at(Rate.for_rate_limit(50, 60_000), [0] * 50)) == 6


def test_a_throttle_starts_its_limit_and_burst_and_then_one_per_interval() -> None:
    """Measured on the real server: 1 per 2 s and a burst of 1 started runs at 0, 0, 2 and 4 s."""
    tries = list(range(0, 5_000, 100))
    assert admitted_at(Rate.for_throttle(1, 2_000, burst=0), tries) == [0, 2_000, 4_000]
    assert admitted_at(Rate.for_throttle(1, 2_000, burst=1), tries) == [0, 100, 2_000, 4_000]
