"""What the conformance tests do to an engine: send events, and look at what came of them.

Only what the real server has too is used: the event API, ``POST /invoke/{function}``,
``GET /v1/events/{id}/runs``, ``DELETE /v1/runs/{id}`` and ``POST /v0/gql``.
"""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

T = TypeVar("T")

PATIENCE_S = 40.0
_POLL_S = 0.1
_RUN_QUERY = "query ($id: String!) { run(runID: $id) { status output } }"
ENDED = ("COMPLETED", "FAILED", "CANCELLED")


@dataclass(frozen=True)
class Note:
    """Something that a function noted; ``at`` counts seconds on the app's own clock."""

    what: str
    at: float
    details: Mapping[str, Any]

    @property
    def run_id(self) -> str:
        """The run that noted it."""
        return str(self.details["run_id"])


@dataclass(frozen=True)
class RunState:
    """A run as GraphQL tells it; the output is read from JSON."""

    status: str
    output: Any


@dataclass(frozen=True)
class Case:
    """One use of the app's functions, apart from all others."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)


@dataclass
class Conformance:
    """An engine and the app that is synced with it."""

    engine_url: str
    app_url: str
    app_id: str
    event_key: str
    client: httpx.Client

    def send(self, name: str, case: Case, *, id: str | None = None, **data: object) -> str:  # noqa: A002 - the protocol's name
        """Send an event of the app; returns its internal id."""
        event = {"name": f"{self.app_id}/{name}", "data": {"case": case.id, **data}}
        return self.send_raw([event | ({"id": id} if id else {})])["ids"][0]  # type: ignore[no-any-return]

    def send_many(self, name: str, case: Case, *data: Mapping[str, object]) -> list[str]:
        """Send several events at once."""
        name = f"{self.app_id}/{name}"
        events = [{"name": name, "data": {"case": case.id, **item}} for item in data]
        return list(self.send_raw(events)["ids"])

    def send_raw(self, body: object) -> dict[str, Any]:
        """Post to the event API and expect it to be taken."""
        response = self.post_events(body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def post_events(self, body: object) -> httpx.Response:
        """Post to the event API."""
        return self.client.post(f"{self.engine_url}/e/{self.event_key}", json=body)

    def invoke(self, fn_id: str, **data: object) -> None:
        """Call a function without an event of its own."""
        url = f"{self.engine_url}/invoke/{self.app_id}-{fn_id}"
        self.client.post(url, json={"data": data}).raise_for_status()

    def notes(self, case: Case, what: str | None = None) -> list[Note]:
        """What the functions noted for a case so far."""
        response = self.client.get(f"{self.app_url}/notes", params={"case": case.id})
        raw = response.raise_for_status().json()
        found = [Note(item["what"], item["at"], item) for item in raw]
        return [note for note in found if what is None or note.what == what]

    def wait_for_notes(
        self, case: Case, what: str, count: int = 1, patience_s: float = PATIENCE_S
    ) -> list[Note]:
        """Wait until at least so many notes are there."""

        def enough() -> list[Note] | None:
            found = self.notes(case, what)
            return found if len(found) >= count else None

        return eventually(enough, f"{count} × {what!r} of {case}", patience_s)

    def run(self, run_id: str) -> RunState:
        """How a run stands."""
        response = self.client.post(
            f"{self.engine_url}/v0/gql",
            json={"query": _RUN_QUERY, "variables": {"id": run_id}},
        )
        run = (response.raise_for_status().json().get("data") or {}).get("run")
        if run is None:
            return RunState("UNKNOWN", None)
        return RunState(run["status"], _output(run["output"]))

    def wait_for_end(self, run_id: str, patience_s: float = PATIENCE_S) -> str:
        """Wait until a run has completed, failed or been cancelled; returns which."""

        def ended() -> str | None:
            status = self.run(run_id).status
            return status if status in ENDED else None

        return eventually(ended, f"the end of run {run_id}", patience_s)

    def wait_for_output(self, run_id: str, status: str = "COMPLETED") -> Any:
        """Wait until a run has ended so; returns what its function returned or raised.

        The server may tell the output a moment after the end.
        """
        assert self.wait_for_end(run_id) == status

        def told() -> RunState | None:
            state = self.run(run_id)
            return state if state.output is not None else None

        return eventually(told, f"the output of run {run_id}").output

    def runs_of(self, event_id: str) -> list[dict[str, Any]]:
        """The runs that an event started; the unused parameter passes by the server's cache."""
        response = self.client.get(
            f"{self.engine_url}/v1/events/{event_id}/runs",
            params={"fresh": uuid.uuid4().hex},
        )
        return list(response.raise_for_status().json()["data"] or [])

    def wait_for_run_of(self, event_id: str) -> str:
        """Wait until an event has started a run; returns the run's id."""
        runs = eventually(lambda: self.runs_of(event_id), f"a run of event {event_id}")
        return str(runs[0]["run_id"])

    def cancel(self, run_id: str) -> None:
        """Cancel a run through the API."""
        url = f"{self.engine_url}/v1/runs/{run_id}"
        self.client.delete(url).raise_for_status()


def eventually(probe: Callable[[], T | None], what: str, patience_s: float = PATIENCE_S) -> T:
    """Ask again until there is an answer that is not empty."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        answer = probe()
        if answer:
            return answer
        time.sleep(_POLL_S)
    raise AssertionError(f"{what} did not come within {patience_s} s")


def most_at_once(notes: list[Note]) -> int:
    """How many ran at the same time, from notes ``begins`` and ``ends``."""
    running = most = 0
    for note in sorted(notes, key=lambda note: (note.at, note.what == "begins")):
        running += {"begins": 1, "ends": -1}.get(note.what, 0)
        most = max(most, running)
    return most


def _output(raw: str | None) -> Any:
    """The server may wrap what a function returned or raised."""
    if raw is None:
        return None
    value = json.loads(raw)
    if isinstance(value, dict) and len(value) == 1:
        return value.get("data", value.get("error", value))
    return value
