"""Errors: retries, what ends them, and what happens after the last one."""

import pytest

from .harness import Case, Conformance

pytestmark = pytest.mark.conformance


def attempts(conformance: Conformance, case: Case, what: str) -> list[int]:
    return [note.details["attempt"] for note in conformance.notes(case, what)]


def test_a_function_is_tried_again_until_it_succeeds(conformance: Conformance) -> None:
    case = Case()
    event_id = conformance.send("flaky-function", case)

    run_id = conformance.wait_for_run_of(event_id)

    assert conformance.wait_for_output(run_id) == 2
    assert attempts(conformance, case, "called") == [0, 1, 2]


def test_the_attempt_starts_again_at_zero_after_each_step(conformance: Conformance) -> None:
    case = Case()
    event_id = conformance.send("flaky-steps", case)

    run_id = conformance.wait_for_run_of(event_id)

    assert conformance.wait_for_output(run_id) == [1, 1]
    assert attempts(conformance, case, "one") == [0, 1]
    assert attempts(conformance, case, "two") == [0, 1]


def test_a_function_can_catch_the_last_error_of_a_step(conformance: Conformance) -> None:
    case = Case()
    event_id = conformance.send("caught", case)

    run_id = conformance.wait_for_run_of(event_id)

    assert conformance.wait_for_output(run_id) == "ValueError: the step always fails"
    assert attempts(conformance, case, "tried") == [0, 1]


@pytest.mark.parametrize(
    ("name", "what"), [("not-retriable", "called"), ("not-retriable-step", "tried")]
)
def test_an_error_can_forbid_retries(conformance: Conformance, name: str, what: str) -> None:
    case = Case()
    event_id = conformance.send(name, case)

    error = conformance.wait_for_output(conformance.wait_for_run_of(event_id), "FAILED")

    assert "no use in trying again" in str(error)
    assert attempts(conformance, case, what) == [0]


def test_an_error_can_say_when_to_try_again(conformance: Conformance) -> None:
    case = Case()
    conformance.send("retry-after", case)

    first, second = conformance.wait_for_notes(case, "called", 2)

    assert second.at - first.at >= 2.9
    assert conformance.wait_for_output(first.run_id) == "done"


def test_after_the_last_attempt_the_failure_is_told(conformance: Conformance) -> None:
    case = Case()
    event_id = conformance.send("failing", case)

    run_id = conformance.wait_for_run_of(event_id)
    error = conformance.wait_for_output(run_id, "FAILED")
    [handled] = conformance.wait_for_notes(case, "on_failure")
    [watched] = conformance.wait_for_notes(case, "watched")

    assert error["message"] == "this always fails"
    assert attempts(conformance, case, "called") == [0, 1]
    assert handled.details["event_name"] == "inngest/function.failed"
    assert handled.details["error"]["name"] == "RuntimeError"
    assert handled.details["error"]["message"] == "this always fails"
    assert handled.details["function_id"] == f"{conformance.app_id}-failing"
    assert handled.run_id == watched.run_id == run_id
