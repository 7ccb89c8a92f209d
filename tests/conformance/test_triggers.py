"""Triggers: events with conditions, several triggers, and cron schedules."""

import time

import pytest

from .harness import Case, Conformance

pytestmark = pytest.mark.conformance

CRON = Case("cron")
CRON_PATIENCE_S = 75.0


def test_a_condition_decides_which_events_trigger(conformance: Conformance) -> None:
    case = Case()
    items: list[dict[str, object]] = [
        {"amount": 100, "kind": "order"},
        {"amount": 101, "kind": "offer"},
        {"amount": 101},
        {"amount": 500.5, "kind": "order"},
    ]
    ids = conformance.send_many("conditional", case, *items)

    [note] = conformance.wait_for_notes(case, "conditional")

    time.sleep(1)
    assert len(conformance.notes(case)) == 1
    assert conformance.wait_for_run_of(ids[3]) == note.run_id


def test_a_function_may_have_several_triggers(conformance: Conformance) -> None:
    case = Case()
    conformance.send("first", case)
    conformance.send("second", case)

    conformance.wait_for_notes(case, "first")
    conformance.wait_for_notes(case, "second")


def test_triggers_that_both_fit_start_one_run(conformance: Conformance) -> None:
    case = Case()
    conformance.send("overlap", case, number=2)

    conformance.wait_for_notes(case, "overlap")

    time.sleep(1)
    assert len(conformance.notes(case, "overlap")) == 1


def test_a_cron_function_can_be_called_by_hand(conformance: Conformance) -> None:
    conformance.invoke("never-by-itself")

    [note] = conformance.wait_for_notes(CRON, "never-by-itself")

    assert note.details["event_name"] == "inngest/function.invoked"


@pytest.mark.parametrize("name", ["every-minute", "every-minute-in-kathmandu"])
def test_a_cron_schedule_starts_runs(conformance: Conformance, name: str) -> None:
    [note, *_] = conformance.wait_for_notes(CRON, name, patience_s=CRON_PATIENCE_S)

    assert note.details["event_name"] == "inngest/scheduled.timer"
