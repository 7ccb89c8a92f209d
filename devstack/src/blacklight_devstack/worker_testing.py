"""A worker under test: its workflows, what they were given, and the engine that runs them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from blacklight_shared.database import Database
from blacklight_shared.events import Event
from blacklight_shared.settings import Settings
from blacklight_shared.workflows import Workflow, create_worker_app
from pydantic import SecretStr

from blacklight_devstack.engine_testing import RunResult, TestEngine, served_app

APP_ID = "worker-under-test"
UNUSED_DATABASE_URL = "postgresql+psycopg://nobody@127.0.0.1:1/none"


@dataclass(slots=True)
class RecordingDeps:
    """Dependencies that also let a test see what its workflows did.

    Attributes:
        database: Connects only when a workflow uses it.
        calls: How often each thing happened that a workflow noted.
        notes: What was noted, in order.
        is_open: Whether the app is running.
    """

    database: Database
    calls: Counter[str] = field(default_factory=Counter)
    notes: list[Any] = field(default_factory=list)
    is_open: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, call: str, value: Any = None) -> int:
        """Note that something happened.

        Returns:
            How often it has happened, this time included.
        """
        with self._lock:
            self.calls[call] += 1
            if value is not None:
                self.notes.append(value)
            return self.calls[call]


@dataclass(frozen=True, slots=True)
class WorkerUnderTest:
    """A running worker.

    Attributes:
        engine: The engine it is synced with.
        app_id: Its name there.
        deps: What its workflows are given.
        url: Where it listens.
    """

    engine: TestEngine
    app_id: str
    deps: RecordingDeps
    url: str

    def start(
        self, workflow: Workflow[Any, Any, Any], data: Event | dict[str, Any] | None = None
    ) -> str:
        """Start a run of one workflow, whatever its triggers; returns its event's internal id."""
        content = data.model_dump(mode="json") if isinstance(data, Event) else data or {}
        return self.engine.invoke(f"{self.app_id}-{workflow.id}", content)

    def run(
        self, workflow: Workflow[Any, Any, Any], data: Event | dict[str, Any] | None = None
    ) -> RunResult:
        """Run one workflow to its end."""
        return self.engine.wait_for_run(self.start(workflow, data))


@contextmanager
def running_worker(
    engine: TestEngine,
    workflows: Sequence[Workflow[Any, RecordingDeps, Any]],
    settings: Settings,
    *,
    app_id: str = APP_ID,
) -> Iterator[WorkerUnderTest]:
    """Serve workflows and sync them with an engine."""
    deps = RecordingDeps(Database.from_settings(settings))

    @asynccontextmanager
    async def open_deps(_settings: Settings) -> AsyncIterator[RecordingDeps]:
        yield deps
        deps.is_open = False
        await deps.database.close()

    app = create_worker_app(
        app_id=app_id, settings=settings, workflows=workflows, open_deps=open_deps
    )
    with served_app(app) as url:
        yield WorkerUnderTest(engine, app_id, deps, url)


def worker_settings(engine: TestEngine, **values: Any) -> Settings:
    """Settings for a worker without a database, unless ``values`` names one."""
    urls = {
        "database_url": SecretStr(UNUSED_DATABASE_URL),
        "system_database_url": SecretStr(UNUSED_DATABASE_URL),
    }
    return Settings(inngest_base_url=engine.base_url, inngest_dev=True, **{**urls, **values})
