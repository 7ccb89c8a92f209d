"""Fixtures that every test suite of the workspace may use: fresh databases on a real Postgres.

One server serves a whole test run, with however many workers, and is started by the first test that
wants it. A test's database is a copy of one that was migrated once, or such a copy emptied again.
"""

import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import structlog
from filelock import FileLock
from psycopg import sql

from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_devstack.spare_databases import SpareDatabases

_TEMPLATE = "blacklight_template"
_MIGRATIONS = "blacklight_shared.migrations"
_EXAMPLES = 40
_GUARD_STOP_TIMEOUT_SECONDS = 30
_MODULE_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class _Run:
    """A test run: the process that leads it, and the folder that its workers share."""

    pid: int
    folder: Path

    @property
    def lock(self) -> FileLock:
        return FileLock(self.folder / "lock")

    @property
    def guard_file(self) -> Path:
        return self.folder / "guard.pid"


FreshDatabases = Callable[[], AbstractContextManager[DatabaseUrls]]

_RUN = pytest.StashKey[_Run]()


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the run's folder; nothing is made until a test wants a database."""
    _render_tracebacks_plainly()
    _bound_property_tests()
    worker_input: dict[str, Any] = getattr(config, "workerinput", {})
    pid = worker_input.get("blacklight_run_pid", os.getpid())
    folder = worker_input.get("blacklight_run_folder")
    if folder is None:
        folder = Path(tempfile.gettempdir()) / f"blacklight-tests-{uuid.uuid4().hex}"
    config.stash[_RUN] = _Run(pid, Path(folder))


def _bound_property_tests() -> None:
    """Try fewer examples where a test does not say how many; the long form tries them all.

    How long an example takes is no failure: it depends on what else the machine does.
    """
    untimed = hypothesis.settings(
        deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.register_profile("long", untimed)
    hypothesis.settings.register_profile("short", untimed, max_examples=_EXAMPLES)
    is_long = os.environ.get("BLACKLIGHT_CHAOS") == "long"
    hypothesis.settings.load_profile("long" if is_long else "short")


def _render_tracebacks_plainly() -> None:
    """What is logged before logging is configured: by default in colours, with all local variables.

    That takes tens of seconds for an error in the gateway, and nobody sees the colours.
    """
    if not sys.stdout.isatty():
        structlog.dev.ConsoleRenderer.get_active().exception_formatter = (
            structlog.dev.plain_traceback
        )


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of a module on one pytest worker, so that what they share is set up once."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.location[0]))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a pytest-xdist worker which run it belongs to."""
    run = node.config.stash[_RUN]
    node.workerinput["blacklight_run_pid"] = run.pid
    node.workerinput["blacklight_run_folder"] = str(run.folder)


def pytest_unconfigure(config: pytest.Config) -> None:
    """At the end of the whole run, stop the server and wait until nothing of it is left."""
    run = config.stash[_RUN]
    if run.pid != os.getpid() or not run.guard_file.exists():
        return
    os.kill(int(run.guard_file.read_text()), signal.SIGTERM)
    deadline = time.monotonic() + _GUARD_STOP_TIMEOUT_SECONDS
    while run.folder.exists():
        if time.monotonic() > deadline:
            raise RuntimeError(f"the tests' Postgres in {run.folder} does not stop")
        time.sleep(0.02)


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> EmbeddedPostgres:
    """The run's Postgres server, running; shared with the other workers, so never stop it."""
    run = request.config.stash[_RUN]
    run.folder.mkdir(mode=0o755, exist_ok=True)
    with run.lock:
        if not run.guard_file.exists():
            run.guard_file.write_text(str(_start_guard(run)))
    return EmbeddedPostgres(run.folder, fast=True)


@pytest.fixture(scope="session")
def migrated_template(request: pytest.FixtureRequest, postgres_server: EmbeddedPostgres) -> str:
    """The name of a database with the current schema and no rows, to be copied."""
    with request.config.stash[_RUN].lock, postgres_server.connection() as connection:
        found = connection.execute(
            "SELECT datistemplate FROM pg_database WHERE datname = %s", [_TEMPLATE]
        )
        if found.fetchone() != (True,):
            _migrate(postgres_server.ensure_database(_TEMPLATE))
            connection.execute(
                sql.SQL("ALTER DATABASE {} IS_TEMPLATE true ALLOW_CONNECTIONS false").format(
                    sql.Identifier(_TEMPLATE)
                )
            )
    return _TEMPLATE


@pytest.fixture(scope="session")
def spare_databases(postgres_server: EmbeddedPostgres, migrated_template: str) -> SpareDatabases:
    """Where tests of this process have their databases from."""
    return SpareDatabases(postgres_server, migrated_template)


@pytest.fixture
def database(spare_databases: SpareDatabases) -> Iterator[DatabaseUrls]:
    """The URLs of a migrated, empty database for this test alone."""
    with spare_databases.lent() as urls:
        yield urls


@pytest.fixture(scope="module")
def module_database(spare_databases: SpareDatabases) -> Iterator[DatabaseUrls]:
    """As `database`, shared by the tests of one module."""
    with spare_databases.lent() as urls:
        yield urls


@pytest.fixture
def databases(spare_databases: SpareDatabases) -> FreshDatabases:
    """Makes databases as `database`, for a test that needs one after the other."""
    return spare_databases.lent


@pytest.fixture(scope="session")
def kept_engines(postgres_server: EmbeddedPostgres) -> KeptEngines:
    """Engines of this process, for the database that the test in hand chooses."""
    return KeptEngines(postgres_server.urls("postgres"))


@pytest.fixture
def blank_database(postgres_server: EmbeddedPostgres) -> Iterator[DatabaseUrls]:
    """The URLs of a database without any schema (pgvector apart), to try migrations on."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    yield postgres_server.ensure_database(name)
    with postgres_server.connection() as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _start_guard(run: _Run) -> int:
    module = "blacklight_devstack.pytest_guard"
    return int(_run_module(module, str(run.folder), str(run.pid), environment={}))


def _migrate(urls: DatabaseUrls) -> None:
    if importlib.util.find_spec(f"{_MIGRATIONS}.__main__") is None:
        return
    _run_module(_MIGRATIONS, "upgrade", environment=urls.environment())


def _run_module(module: str, *arguments: str, environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - modules of this workspace
        [sys.executable, "-m", module, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=_MODULE_TIMEOUT_SECONDS,
        start_new_session=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{module} failed:\n{done.stdout}{done.stderr}")
    return done.stdout
