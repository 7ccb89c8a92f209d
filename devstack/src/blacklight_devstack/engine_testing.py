"""Tests of workflows: the local engine and an app, each in a thread of the test's process.

They speak over real HTTP; being in one process saves the starts, and lets a test see what its
workflows saw.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import uvicorn
from blacklight_shared.events import Event
from starlette.types import ASGIApp

from blacklight_devstack.engine.api import function_uuid
from blacklight_devstack.engine.app import create_app
from blacklight_devstack.engine.options import EngineOptions
from blacklight_devstack.ports import LOOPBACK, free_port

ENDED = frozenset({"Completed", "Failed", "Cancelled"})

_POLL_SECONDS = 0.03
_START_TIMEOUT_SECONDS = 30.0
_RUN_TIMEOUT_SECONDS = 60.0

FoundT = TypeVar("FoundT")


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run, as the engine tells it.

    Attributes:
        id: The run's id.
        status: ``Running``, ``Completed``, ``Failed`` or ``Cancelled``.
        output: What the handler returned, or the error with ``name`` and ``message``; None before.
        ended_at: When, by the engine's clock; None before.
    """

    id: str
    status: str
    output: Any
    ended_at: datetime | None


class TestEngine:
    """A local engine that answers at ``base_url``.

    Args:
        base_url: Where it listens.
    """

    __test__ = False  # not a test class, in spite of its name

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self._http = httpx.Client(base_url=base_url, timeout=10)

    def close(self) -> None:
        """Close the connections to the engine."""
        self._http.close()

    def send(self, *payloads: Event, event_id: str | None = None) -> list[str]:
        """Send events of the catalogue in one request; returns their internal ids."""
        events = [payload.to_inngest(event_id) for payload in payloads]
        return self.send_raw(*(event.model_dump(exclude_defaults=True) for event in events))

    def send_raw(self, *events: dict[str, Any]) -> list[str]:
        """Send events as they are; returns their internal ids."""
        answer = self._http.post("/e/test", json=list(events)).raise_for_status()
        return [str(internal_id) for internal_id in answer.json()["ids"]]

    def invoke(self, function: str, data: Mapping[str, Any]) -> str:
        """Run one function now, whatever its triggers; returns the internal id of its event.

        Args:
            function: ``<app id>-<workflow id>``.
            data: Data of the event.
        """
        answer = self._http.post(f"/invoke/{function}", json={"data": data}).raise_for_status()
        return str(answer.json()["id"])

    def runs(self, event_id: str, function: str | None = None) -> list[RunResult]:
        """The runs that an event started.

        Args:
            event_id: Internal id, as ``send`` gives it.
            function: ``<app id>-<workflow id>``, when several functions have the trigger.
        """
        found = self._data(f"/v1/events/{event_id}/runs")
        return [
            RunResult(
                id=run["run_id"],
                status=run["status"],
                output=run["output"],
                ended_at=datetime.fromisoformat(run["ended_at"]) if run["ended_at"] else None,
            )
            for run in found
            if function is None or run["function_id"] == function_uuid(function)
        ]

    def wait_for_run(
        self, event_id: str, function: str | None = None, *, timeout: float = 30
    ) -> RunResult:
        """Wait until the one run that an event started has ended.

        Raises:
            TimeoutError: It has not after ``timeout`` seconds.
        """

        def ended() -> RunResult | None:
            runs = self.runs(event_id, function)
            return runs[0] if len(runs) == 1 and runs[0].status in ENDED else None

        return wait_until(ended, f"the run of event {event_id}", timeout=timeout)

    def events(self, name: str) -> list[dict[str, Any]]:
        """The last hundred events of a name, newest first."""
        return self._data(f"/v1/events?name={name}&limit=100")

    def _data(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get(path).raise_for_status().json()["data"]
        return found


@dataclass(frozen=True)
class WorkerUnderTest:
    """A running worker, through the engine that calls it.

    Attributes:
        engine: The engine.
        app_id: Which app of the engine the worker is.
    """

    engine: TestEngine
    app_id: str

    def run(self, event: Event, workflow_id: str) -> RunResult:
        """Send an event and wait for the end of the run that it starts."""
        [event_id] = self.engine.send(event)
        return self.wait_for_run(event_id, workflow_id)

    def run_cron(self, workflow_id: str) -> RunResult:
        """Run a scheduled workflow now, to its end."""
        event_id = self.engine.invoke(f"{self.app_id}-{workflow_id}", {})
        return self.wait_for_run(event_id, workflow_id)

    def wait_for_run(self, event_id: str, workflow_id: str) -> RunResult:
        """Wait for the end of the one run of the workflow that an event started.

        Raises:
            TimeoutError: It goes on for a minute and more.
        """
        return self.engine.wait_for_run(
            event_id, f"{self.app_id}-{workflow_id}", timeout=_RUN_TIMEOUT_SECONDS
        )


@contextmanager
def running_engine(folder: Path) -> Iterator[TestEngine]:
    """Run a local engine with an empty database, quick to look and to retry.

    Args:
        folder: Gets the engine's database.
    """
    options = EngineOptions(
        db=folder / "engine.sqlite",
        poll_interval=timedelta(minutes=10),
        retry_interval=timedelta(milliseconds=20),
        tick=timedelta(milliseconds=20),
        longest_pause=timedelta(milliseconds=50),
    )
    with served_app(create_app(options), sync=False) as url:
        engine = TestEngine(url)
        try:
            yield engine
        finally:
            engine.close()


@contextmanager
def served_app(app: ASGIApp, *, sync: bool = True, port: int | None = None) -> Iterator[str]:
    """Serve an app from a thread of this process.

    Args:
        app: The app, with its lifespan.
        sync: Register its workflows with the engine that its client names.
        port: Where it listens; any free port if None.

    Yields:
        The app's URL.
    """
    port = port or free_port()
    config = uvicorn.Config(app, host=LOOPBACK, port=port, log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name=f"app-{port}")
    thread.start()
    url = f"http://{LOOPBACK}:{port}"
    try:
        wait_until(lambda: server.started or not thread.is_alive(), "the app")
        if not server.started:
            raise RuntimeError("the app did not start; the log says why")
        if sync:
            httpx.put(f"{url}/api/inngest", timeout=30).raise_for_status()
        yield url
    finally:
        server.should_exit = True
        thread.join()


def wait_until(
    find: Callable[[], FoundT | None], what: str, *, timeout: float = _START_TIMEOUT_SECONDS
) -> FoundT:
    """Look again and again until there is something.

    Args:
        find: Gives what is looked for; anything false is not it yet.
        what: Named in the error.
        timeout: How long to look, in seconds.

    Raises:
        TimeoutError: Nothing was found in time.
    """
    deadline = time.monotonic() + timeout
    while not (found := find()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: nothing after {timeout} seconds")
        time.sleep(_POLL_SECONDS)
    return found
