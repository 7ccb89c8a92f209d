"""Steps: run, sleep, wait, invoke, send, and groups in parallel."""

import time

import pytest

from .harness import Case, Conformance

pytestmark = pytest.mark.conformance


def test_a_function_gets_its_event_and_its_return_value_is_the_output(
    conformance: Conformance,
) -> None:
    case = Case()
    event_id = conformance.send("plain", case, value=[1, {"two": None}])

    [note] = conformance.wait_for_notes(case, "called")

    assert conformance.wait_for_output(note.run_id) == {"echo": [1, {"two": None}]}
    assert note.details["event"]["name"] == f"{conformance.app_id}/plain"
    assert note.details["event"]["ts"] > 0
    assert note.details["event"]["id"] == event_id


def test_each_step_runs_once_although_the_function_is_called_again(
    conformance: Conformance,
) -> None:
    case = Case()
    conformance.send("memoised", case)

    [first] = conformance.wait_for_notes(case, "first")

    assert conformance.wait_for_output(first.run_id) == [1, 2, 0, 1, 2, -1]
    whats = [note.what for note in conformance.notes(case)]
    assert whats.count("first") == whats.count("second") == 1
    assert whats.count("loop") == 3
    assert whats.count("called") >= 5


def test_sleeps_last_as_long_as_asked(conformance: Conformance) -> None:
    case = Case()
    conformance.send("sleeping", case)

    [after] = conformance.wait_for_notes(case, "after")

    [before] = conformance.notes(case, "before")
    [between] = conformance.notes(case, "between")
    assert between.at - before.at >= 0.95
    assert after.details["early_by"] <= 0.05


class TestWaitForEvent:
    def test_takes_the_first_event_that_fits_the_expression(self, conformance: Conformance) -> None:
        case = Case()
        event_id = conformance.send("waiting", case)
        conformance.wait_for_notes(case, "waiting")
        run_id = conformance.wait_for_run_of(event_id)

        conformance.send("approved", Case(), level=9)
        conformance.send("approved", case, level=1)
        # The wait begins after the answer of the call that asked for it, so the right event is
        # repeated until it is heard.
        for _ in range(20):
            conformance.send("approved", case, level=3)
            if conformance.notes(case, "resumed"):
                break
            time.sleep(0.25)

        assert conformance.wait_for_output(run_id) == {
            "name": f"{conformance.app_id}/approved",
            "level": 3,
        }

    def test_gives_nothing_when_the_time_is_up(self, conformance: Conformance) -> None:
        event_id = conformance.send("waiting-in-vain", Case())

        run_id = conformance.wait_for_run_of(event_id)

        assert conformance.wait_for_output(run_id) == "timed out"


def test_an_invocation_gives_the_result_or_the_error_of_the_invoked_function(
    conformance: Conformance,
) -> None:
    case = Case()
    event_id = conformance.send("invoking", case)

    run_id = conformance.wait_for_run_of(event_id)
    output = conformance.wait_for_output(run_id)

    assert output["answer"] == {"doubled": 42}
    assert "the invoked function failed" in output["errors"]["failing"]
    assert output["errors"]["unknown"]
    assert "Timed out" in output["errors"]["too slow"]
    names = {note.details["event_name"] for note in conformance.notes(case, "invoked")}
    assert names == {"inngest/function.invoked"}


def test_events_sent_by_a_step_are_sent_once(conformance: Conformance) -> None:
    case = Case()
    event_id = conformance.send("sending", case)

    run_id = conformance.wait_for_run_of(event_id)
    ids = conformance.wait_for_output(run_id)

    notes = conformance.wait_for_notes(case, "received", 3)
    assert sorted(note.details["number"] for note in notes) == [0, 1, 2]
    assert len(set(ids)) == 3


class TestParallel:
    def test_steps_overlap_and_each_runs_once(self, conformance: Conformance) -> None:
        case = Case()
        event_id = conformance.send("parallel", case)

        run_id = conformance.wait_for_run_of(event_id)
        output = conformance.wait_for_output(run_id)

        assert output == ["a", "b", "flaky", None, "last"]
        at = {note.what: note.at for note in conformance.notes(case)}
        whats = [note.what for note in conformance.notes(case)]
        assert max(at["a begins"], at["b begins"]) < min(at["a ends"], at["b ends"])
        assert at["last begins"] > max(at["a ends"], at["b ends"])
        assert whats.count("flaky") == 2
        assert all(whats.count(f"{name} begins") == 1 for name in ("a", "b", "last"))

    def test_in_race_mode_a_branch_goes_on_without_the_others(
        self, conformance: Conformance
    ) -> None:
        case = Case()
        event_id = conformance.send("racing", case)

        run_id = conformance.wait_for_run_of(event_id)
        output = conformance.wait_for_output(run_id)

        assert output == ["quick 1, 2", "slow 1, 2"]
        whats = [note.what for note in conformance.notes(case)]
        assert whats == ["quick 1", "quick 1, 2", "slow 1", "slow 1, 2"]


def test_a_state_too_large_for_one_request_is_fetched_by_the_sdk(
    conformance: Conformance,
) -> None:
    event_id = conformance.send("large-state", Case())

    run_id = conformance.wait_for_run_of(event_id)

    assert conformance.wait_for_output(run_id) == 4 * 1_600_000


def test_a_step_with_too_much_output_fails_the_run(conformance: Conformance) -> None:
    event_id = conformance.send("too-large-step", Case())

    run_id = conformance.wait_for_run_of(event_id)

    assert conformance.wait_for_end(run_id) == "FAILED"
