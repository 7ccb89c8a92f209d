"""Flow control: how many runs, when, in which order, and on which events.

All events are sent before the first test looks, so that the waits overlap.
"""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from .harness import Case, Conformance, most_at_once

pytestmark = pytest.mark.conformance


@pytest.fixture(scope="module")
def cases(conformance: Conformance) -> dict[str, Case]:
    """A case for every function that only has to be sent its events."""
    sent = {name: Case() for name in _SENDS}
    for name, send in _SENDS.items():
        send(conformance, sent[name])
    return sent


def _numbered(name: str, count: int) -> Callable[[Conformance, Case], None]:
    def send(conformance: Conformance, case: Case) -> None:
        conformance.send_many(name, case, *({"number": number} for number in range(count)))

    return send


def _keyed(name: str, keys: str) -> Callable[[Conformance, Case], None]:
    def send(conformance: Conformance, case: Case) -> None:
        items = [{"key": key, "number": number} for number, key in enumerate(keys)]
        conformance.send_many(name, case, *items)

    return send


_SENDS: dict[str, Callable[[Conformance, Case], None]] = {
    "one-at-a-time": _numbered("one-at-a-time", 4),
    "two-per-key": _keyed("two-per-key", "aaaabbbb"),
    "shared": _numbered("shared", 2),
    "account-wide": _numbered("account-wide", 3),
    "slow-steps": _numbered("slow-steps", 3),
    "throttled": _numbered("throttled", 3),
    "throttled-with-burst": _numbered("throttled-with-burst", 4),
    "throttled-per-key": _keyed("throttled-per-key", "abc"),
    "rate-limited": _numbered("rate-limited", 5),
    "rate-limited-per-key": _keyed("rate-limited-per-key", "aaabb"),
    "batched": _numbered("batched", 4),
    "batched-per-key": _keyed("batched-per-key", "abab"),
    "debounced-per-key": _keyed("debounced-per-key", "aabb"),
    "idempotent": _keyed("idempotent", "aaab"),
    "singleton-skip": _keyed("singleton-skip", "ab"),
    "start-timeout": _numbered("start-timeout", 2),
    "finish-timeout": _numbered("finish-timeout", 1),
}


class TestConcurrency:
    @pytest.mark.parametrize(
        ("name", "count"), [("one-at-a-time", 4), ("shared", 4), ("account-wide", 3)]
    )
    def test_a_limit_of_one_lets_one_run_at_a_time(
        self, conformance: Conformance, cases: dict[str, Case], name: str, count: int
    ) -> None:
        conformance.wait_for_notes(cases[name], "ends", count)

        assert most_at_once(conformance.notes(cases[name])) == 1

    def test_a_key_has_a_limit_of_its_own(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        conformance.wait_for_notes(cases["two-per-key"], "ends", 8)

        notes = conformance.notes(cases["two-per-key"])
        for key in "ab":
            mine = [note for note in notes if note.details["key"] == key]
            assert most_at_once(mine) <= 2
        assert most_at_once(notes) > 2

    def test_a_sleeping_run_holds_no_slot(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        ends = conformance.wait_for_notes(cases["slow-steps"], "ends", 3)

        begins = conformance.notes(cases["slow-steps"], "begins")
        assert max(note.at for note in begins) < min(note.at for note in ends)


class TestThrottle:
    def test_runs_start_at_the_rate_and_none_is_dropped(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        notes = conformance.wait_for_notes(cases["throttled"], "started", 3)

        starts = sorted(note.at for note in notes)
        assert starts[1] - starts[0] >= 1.5
        assert starts[2] - starts[0] >= 3.5

    def test_the_limit_and_the_burst_start_at_once(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        notes = conformance.wait_for_notes(cases["throttled-with-burst"], "started", 3, 25)

        assert len(notes) == 3

    def test_each_key_has_its_own_rate(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        notes = conformance.wait_for_notes(cases["throttled-per-key"], "started", 3, 20)

        assert {note.details["key"] for note in notes} == {"a", "b", "c"}


class TestRateLimit:
    def test_what_exceeds_the_burst_is_dropped(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        conformance.wait_for_notes(cases["rate-limited"], "started")

        time.sleep(2)
        assert len(conformance.notes(cases["rate-limited"], "started")) == 1

    def test_each_key_has_its_own_limit(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        conformance.wait_for_notes(cases["rate-limited-per-key"], "started", 2)

        time.sleep(1)
        notes = conformance.notes(cases["rate-limited-per-key"], "started")
        assert Counter(note.details["key"] for note in notes) == {"a": 1, "b": 1}


def test_urgent_runs_go_before_those_that_wait(conformance: Conformance) -> None:
    case = Case()
    conformance.send("prioritised", case, label="first", seconds=3, urgent=False)
    conformance.wait_for_notes(case, "started")
    for label in ("normal 1", "normal 2", "normal 3"):
        conformance.send("prioritised", case, label=label, seconds=0, urgent=False)
    conformance.send("prioritised", case, label="urgent", seconds=0, urgent=True)

    notes = conformance.wait_for_notes(case, "started", 5)

    assert [note.details["label"] for note in notes][:2] == ["first", "urgent"]


class TestBatch:
    def test_runs_when_full_and_when_the_time_is_up(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        notes = conformance.wait_for_notes(cases["batched"], "batch", 2)

        numbers = sorted(sorted(note.details["numbers"]) for note in notes)
        assert [len(batch) for batch in numbers] in ([3, 1], [1, 3])
        assert sorted(number for batch in numbers for number in batch) == [0, 1, 2, 3]

    def test_events_of_one_key_come_together(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        notes = conformance.wait_for_notes(cases["batched-per-key"], "batch", 2)

        batches = {note.details["key"]: sorted(note.details["numbers"]) for note in notes}
        assert batches == {"a": [0, 2], "b": [1, 3]}


class TestDebounce:
    def test_runs_once_on_the_last_event_after_a_pause(self, conformance: Conformance) -> None:
        case = Case()
        for number in range(3):
            conformance.send("debounced", case, number=number)
            time.sleep(0.7)

        [note] = conformance.wait_for_notes(case, "batch")

        time.sleep(1)
        assert note.details["numbers"] == [2]
        assert len(conformance.notes(case, "batch")) == 1

    def test_keys_are_apart(self, conformance: Conformance, cases: dict[str, Case]) -> None:
        notes = conformance.wait_for_notes(cases["debounced-per-key"], "batch", 2)

        assert sorted(note.details["key"] for note in notes) == ["a", "b"]


class TestUniqueness:
    def test_an_idempotency_key_runs_once(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        conformance.wait_for_notes(cases["idempotent"], "started", 2)

        time.sleep(1)
        assert len(conformance.notes(cases["idempotent"], "started")) == 2

    def test_an_event_id_runs_once(self, conformance: Conformance) -> None:
        case = Case()
        for _ in range(3):
            conformance.send("once-per-event-id", case, id=f"event-{case.id}")

        conformance.wait_for_notes(case, "started")

        time.sleep(1)
        assert len(conformance.notes(case, "started")) == 1

    def test_a_singleton_can_skip_newcomers(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        case = cases["singleton-skip"]
        conformance.wait_for_notes(case, "called", 2)
        conformance.send("singleton-skip", case, key="a", number=9)

        conformance.wait_for_notes(case, "ended", 2)

        time.sleep(1)
        assert {note.details["number"] for note in conformance.notes(case, "ended")} == {0, 1}

    def test_a_singleton_can_give_way_to_newcomers(self, conformance: Conformance) -> None:
        case = Case()
        conformance.send("singleton-cancel", case, key="a", number=1)
        [old] = conformance.wait_for_notes(case, "called")
        conformance.send("singleton-cancel", case, key="a", number=2)

        [ended] = conformance.wait_for_notes(case, "ended")

        assert ended.details["number"] == 2
        assert conformance.wait_for_end(old.run_id) == "CANCELLED"


class TestCancel:
    def test_an_event_that_fits_cancels_the_run(self, conformance: Conformance) -> None:
        doomed, spared = Case(), Case()
        conformance.send("cancellable", doomed, number=1)
        conformance.send("cancellable", spared, number=2)
        [called] = conformance.wait_for_notes(doomed, "called")
        conformance.wait_for_notes(spared, "called")
        conformance.send("cancel", doomed, number=1)

        assert conformance.wait_for_end(called.run_id) == "CANCELLED"
        [ended] = conformance.wait_for_notes(spared, "ended")
        assert conformance.wait_for_end(ended.run_id) == "COMPLETED"
        assert conformance.notes(doomed, "ended") == []

    def test_a_cancel_trigger_can_expire(self, conformance: Conformance) -> None:
        case = Case()
        conformance.send("cancellable-briefly", case)
        [called] = conformance.wait_for_notes(case, "called")
        time.sleep(2)
        conformance.send("cancel-late", case)

        assert conformance.wait_for_end(called.run_id) == "COMPLETED"

    def test_the_api_cancels_a_run(self, conformance: Conformance) -> None:
        case = Case()
        conformance.send("to-cancel-by-hand", case)
        [called] = conformance.wait_for_notes(case, "called")
        conformance.cancel(called.run_id)

        assert conformance.wait_for_end(called.run_id) == "CANCELLED"


class TestTimeouts:
    def test_a_run_that_takes_too_long_is_cancelled(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        [called, *_] = conformance.wait_for_notes(cases["finish-timeout"], "called")

        assert conformance.wait_for_end(called.run_id) == "CANCELLED"
        assert conformance.notes(cases["finish-timeout"], "ended") == []

    def test_a_run_that_waits_too_long_for_its_start_is_cancelled(
        self, conformance: Conformance, cases: dict[str, Case]
    ) -> None:
        [started] = conformance.wait_for_notes(cases["start-timeout"], "started")
        assert conformance.wait_for_end(started.run_id) == "COMPLETED"

        time.sleep(2)
        assert len(conformance.notes(cases["start-timeout"], "started")) == 1
