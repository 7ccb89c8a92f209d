"""The event API and the reads that people make."""

import json

import pytest

from .harness import Case, Conformance

pytestmark = pytest.mark.conformance


def test_one_event_or_many_are_taken_and_named_by_id(conformance: Conformance) -> None:
    one = conformance.send_raw({"name": f"{conformance.app_id}/unheard", "data": {}})
    many = conformance.send_raw([{"name": f"{conformance.app_id}/unheard"}] * 3)

    assert len(one["ids"]) == 1
    assert len(set(many["ids"])) == 3


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"data": {}}, id="without a name"),
        pytest.param({"name": "", "data": {}}, id="with an empty name"),
        pytest.param({"name": "x", "data": [1]}, id="with data that is not an object"),
        pytest.param({"name": "x", "data": {"text": "x" * 4_000_000}}, id="too large"),
    ],
)
def test_what_is_no_event_is_refused_with_a_reason(conformance: Conformance, body: object) -> None:
    response = conformance.post_events(body)

    assert 400 <= response.status_code < 500
    assert json.loads(response.text)["error"]


def test_an_event_tells_the_runs_that_it_started(conformance: Conformance) -> None:
    case = Case()
    event_id = conformance.send("plain", case, value=7)
    [note] = conformance.wait_for_notes(case, "called")
    conformance.wait_for_output(note.run_id)

    [run] = conformance.runs_of(event_id)

    assert run["run_id"] == note.run_id
    assert run["event_id"] == event_id
    assert run["status"] == "Completed"


def test_an_event_that_nobody_wants_starts_nothing(conformance: Conformance) -> None:
    event_id = conformance.send("unheard", Case())

    assert conformance.runs_of(event_id) == []
