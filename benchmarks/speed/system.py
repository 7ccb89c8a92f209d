"""The system under measurement: Postgres, an engine and workers, each as in production.

Postgres and the workers are processes of their own; a worker has one thread for linear algebra, so
that a worker more is a core more. The engine is the local one, in this process.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
from blacklight_devstack.engine_testing import (
    ENDED,
    RunResult,
    TestEngine,
    running_engine,
    served_app,
    wait_until,
)
from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database
from blacklight_shared.events import Event
from blacklight_shared.settings import Settings

from benchmarks.speed.balancer import LeastBusy
from benchmarks.speed.store import Connection

MATCHING = "blacklight_matching.app:create_app"
GATEWAY = "blacklight_api.app:create_app"

_RUN_TIMEOUT = timedelta(minutes=15)
_PAUSE_SECONDS = 0.2
"""Looking whether a run has ended costs time that the measured processes want."""
_START_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True)
class Installation:
    """A database server, for one benchmark after the other.

    Attributes:
        folder: For whatever must be written.
        postgres: The server.
    """

    folder: Path
    postgres: EmbeddedPostgres

    @contextmanager
    def database(self, name: str) -> Iterator[MeasuredDatabase]:
        """A migrated database, dropped at the end."""
        urls = self.postgres.ensure_database(name)
        run_module("blacklight_shared.migrations", "upgrade", environment=urls.environment())
        with self.postgres.connection(name) as superuser:
            yield MeasuredDatabase(urls, superuser)
        with self.postgres.connection() as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())

    @contextmanager
    def workers(self, urls: DatabaseUrls, count: int = 1) -> Iterator[Workers]:
        """Matching workers, several of them behind a balancer, and an engine that knows them."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self.folder)))
            engine = stack.enter_context(running_engine(folder))
            environment = {
                **urls.environment(),
                "INNGEST_BASE_URL": engine.base_url,
                "INNGEST_DEV": "1",
            }
            ports = [free_port() for _ in range(count)]
            processes = [
                stack.enter_context(self.served(MATCHING, port, environment)) for port in ports
            ]
            addresses = [f"http://{LOOPBACK}:{port}" for port in ports]
            if count == 1:
                registration = httpx.put(f"{addresses[0]}/api/inngest", timeout=30)
                registration.raise_for_status()
            else:
                stack.enter_context(served_app(LeastBusy(addresses).app))
            yield Workers(engine, processes)

    @contextmanager
    def served(
        self, app: str, port: int, environment: Mapping[str, str]
    ) -> Iterator[psutil.Process]:
        """A service as a process, ready."""
        log = self.folder / f"{app.split('.', 1)[0]}-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 -- modules of this workspace
                [sys.executable, "-m", "blacklight_devstack.serve", app, "--port", str(port)],
                env={
                    **os.environ,
                    "OMP_NUM_THREADS": "1",
                    "OPENBLAS_NUM_THREADS": "1",
                    **environment,
                },
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_until(
                lambda: process.poll() is not None or _is_ready(port),
                app,
                timeout=_START_TIMEOUT_SECONDS,
            )
            if process.poll() is not None:
                raise RuntimeError(f"{app} did not start:\n{log.read_text()[-3000:]}")
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


@dataclass(frozen=True)
class Workers:
    """Matching workers that run.

    Attributes:
        engine: Calls them.
        processes: The workers.
    """

    engine: TestEngine
    processes: list[psutil.Process]

    def run(self, event: Event, function: str) -> tuple[float, Any]:
        """Send an event and wait for its run.

        Args:
            event: What is sent.
            function: ``<app id>-<workflow id>``.

        Returns:
            Seconds from sending to the end of the run, when everything is committed, as the engine
            noted it; and the run's output.

        Raises:
            RuntimeError: The run failed.
            TimeoutError: It does not end.
        """
        sent_at = datetime.now(UTC)
        (event_id,) = self.engine.send(event)
        while not (ended := self._ended_runs(event_id, function)):
            elapsed = datetime.now(UTC) - sent_at
            if elapsed > _RUN_TIMEOUT:
                raise TimeoutError(f"{function} goes on after {elapsed}")
            time.sleep(_PAUSE_SECONDS)
        (result,) = ended
        if result.status != "Completed" or result.ended_at is None:
            raise RuntimeError(f"{function} ended as {result.status}: {result.output}")
        return (result.ended_at - sent_at).total_seconds(), result.output

    def _ended_runs(self, event_id: str, function: str) -> list[RunResult]:
        return [run for run in self.engine.runs(event_id, function) if run.status in ENDED]


@dataclass(frozen=True)
class MeasuredDatabase:
    """A migrated database.

    Attributes:
        urls: For the system's roles.
        superuser: Fills it.
    """

    urls: DatabaseUrls
    superuser: Connection

    def connected(self) -> Database:
        """The system's own access to it."""
        return Database.from_settings(
            Settings.model_validate(
                {"database_url": self.urls.app, "system_database_url": self.urls.system}
            )
        )

    def value(self, query: str, *parameters: object) -> Any:
        """The one value of a query."""
        row = self.superuser.execute(query.encode(), parameters).fetchone()
        if row is None:
            raise psycopg.DataError("the query has no row")
        return row[0]


@contextmanager
def installation() -> Iterator[Installation]:
    """Start a server, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="blacklight-bench-") as name:
        folder = Path(name)
        postgres = EmbeddedPostgres(folder)
        try:
            postgres.start()
            yield Installation(folder, postgres)
        finally:
            postgres.remove()


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://{LOOPBACK}:{port}/readyz", timeout=5).is_success
    except httpx.TransportError:
        return False


def run_module(module: str, *arguments: str, environment: Mapping[str, str]) -> str:
    """Run a module's command line; returns what it prints.

    Raises:
        RuntimeError: It failed.
    """
    done = subprocess.run(  # noqa: S603 -- modules of this workspace
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=_START_TIMEOUT_SECONDS,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{module} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
