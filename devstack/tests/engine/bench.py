"""An engine without HTTP, on a clock that is moved by hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from blacklight_devstack.engine.engine import Engine
from blacklight_devstack.engine.ids import new_id
from blacklight_devstack.engine.model import Event, Job, JobKind, Run
from blacklight_devstack.engine.options import EngineOptions
from blacklight_devstack.engine.registration import SyncRequest
from blacklight_devstack.engine.store import events, jobs, runs
from blacklight_devstack.engine.store.database import Database

START_MS = 1_800_000_000_000


@dataclass
class ManualClock:
    """Time that stands still until it is moved."""

    ms: int = START_MS

    def now_ms(self) -> int:
        return self.ms


@dataclass
class Bench:
    """Registers functions, sends events and lets time pass; calls are collected, never made."""

    folder: Path
    clock: ManualClock = field(default_factory=ManualClock)
    engine: Engine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = self._open()

    @property
    def database(self) -> Database:
        return self.engine.database

    def restart(self) -> None:
        """Close the engine and open a new one on the same database."""
        self.close()
        self.engine = self._open()

    def close(self) -> None:
        self.engine.database.close()

    def register(self, *functions: Mapping[str, Any], app: str = "app") -> bool:
        """Sync an app whose functions are given without what every function has."""
        full = [_function(app, function) for function in functions]
        body = {"url": "http://app/api/inngest", "appname": app, "functions": full}
        return self.engine.register(SyncRequest.model_validate(body))

    def send(self, name: str, *, id: str | None = None, **data: object) -> Event:  # noqa: A002
        """Publish an event now."""
        internal_id = new_id(self.clock.ms)
        event = Event(internal_id, id or internal_id, name, data, self.clock.ms)
        self.engine.publish([event])
        return event

    def advance(self, step: timedelta) -> None:
        """Let time pass and do what becomes due, in order."""
        until_ms = self.clock.ms + round(step.total_seconds() * 1000)
        while (job := self._next_timer(until_ms)) is not None:
            self.clock.ms = max(self.clock.ms, job.due_ms)
            self.engine._timers.fire(job)
        self.clock.ms = until_ms

    def runs(self, fn_id: str | None = None) -> list[Run]:
        """Runs, the oldest first."""
        found = runs.list_runs(self.database, fn_id=f"app-{fn_id}" if fn_id else None)
        return sorted(found, key=lambda run: run.id)

    def numbers(self, run: Run) -> list[object]:
        """``data.number`` of the events that started a run."""
        return [event.data.get("number") for event in events.events_of_run(self.database, run.id)]

    def jobs(self, kind: JobKind) -> list[Job]:
        """What is to be done."""
        return jobs.by_kind(self.database, kind)

    def _open(self) -> Engine:
        engine = Engine(EngineOptions(db=self.folder / "engine.db"), self.clock)
        engine._syncer.load()
        return engine

    def _next_timer(self, until_ms: int) -> Job | None:
        timers = [job for job in jobs.load_all(self.database) if job.kind is not JobKind.CALL]
        due = [job for job in timers if job.due_ms <= until_ms]
        return min(due, key=lambda job: (job.due_ms, job.id), default=None)


def _function(app: str, function: Mapping[str, Any]) -> dict[str, Any]:
    runtime = {"type": "http", "url": "http://app/api/inngest"}
    steps = {"step": {"id": "step", "name": "step", "runtime": runtime}}
    triggers = [{"event": function["id"]}]
    return {"steps": steps, "triggers": triggers, **function, "id": f"{app}-{function['id']}"}
