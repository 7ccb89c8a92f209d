"""The whole system on one machine: database, engine, gateway and workers, as processes.

Every process has a name, by which it can be stopped, killed, started and restarted alone; it comes
back on the port it had.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from blacklight_devstack.commands import CommandError, run_to_end
from blacklight_devstack.engine_choice import EngineLaunch, choose_engine
from blacklight_devstack.outside import MailProviders, Outside, Websites
from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_roles import (
    APP_ROLE,
    SYSTEM_ROLE,
    DatabaseUrls,
    urls_of_own_server,
)
from blacklight_devstack.processes import ProcessSpec, Supervisor
from blacklight_devstack.services import (
    GATEWAY,
    WORKERS,
    register,
    serve_url,
)
from blacklight_devstack.stack_secrets import StackSecrets

POSTGRES = "postgres"
ENGINE = "engine"

DATABASE = "blacklight"

_MIGRATIONS = "blacklight_shared.migrations"
_ROLES = "blacklight_shared.roles"


class StackError(RuntimeError):
    """The stack cannot do what was asked; the message says why."""


@dataclass(frozen=True)
class StackOptions:
    """How to run the stack.

    Attributes:
        state: The folder for data, secrets and logs; one stack at a time uses it.
        environment: Where the user's own choices are read: `DATABASE_URL` (and its two companions)
            instead of the embedded Postgres, `INNGEST_BASE_URL` instead of an engine, `ENGINE`.
        settings: Added to the environment of every service.
        scale: How many copies of a worker run, by its name; one if not named.
        gateway_port: Another one if it is taken, or if None.
        engine_port: Another one if it is taken, or if None.
        fast: The embedded Postgres may lose data when the machine (not a process) crashes.
        poll_interval: How often the engine looks for changed workers.
        retry_interval: Fixed time between attempts of a step; None means the engine's backoff.
    """

    state: Path
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    settings: Mapping[str, str] = field(default_factory=dict, repr=False)
    scale: Mapping[str, int] = field(default_factory=dict)
    gateway_port: int | None = None
    engine_port: int | None = None
    fast: bool = False
    poll_interval: timedelta = timedelta(seconds=5)
    retry_interval: timedelta | None = None


class Stack:
    """Starts and stops the system; an async context manager.

    Args:
        options: How to run it.
        report: Called with one line for everything a person may want to know.
        on_exit: Called with the name and exit code of a process that ends by itself.
    """

    def __init__(
        self,
        options: StackOptions,
        report: Callable[[str], None] = lambda _line: None,
        on_exit: Callable[[str, int], None] | None = None,
    ) -> None:
        self._options = options
        self._report = report
        self._lock = FileLock(options.state / "runner.lock", mode=0o600)
        self._supervisor = Supervisor(options.state, on_exit)
        self._postgres: EmbeddedPostgres | None = None
        self._database: DatabaseUrls | None = None
        self._engine_url = options.environment.get("INNGEST_BASE_URL", "")
        self._gateway_port = 0
        self._outside = Outside()
        self._worker_ports: dict[str, int] = {}
        self._specs: dict[str, ProcessSpec] = {}
        self._settings = dict(options.settings)

    async def __aenter__(self) -> Self:
        await self.up()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.down()

    async def up(self) -> None:
        """Start everything and wait until it is ready; on failure, nothing is left running.

        Raises:
            StackError: Another stack uses the folder, or the schema cannot be migrated.
            PostgresError: The database does not start, or the user's own is not usable.
            ProcessError: A process does not start.
        """
        self._take_folder()
        try:
            await self._supervisor.end_leftovers()
            self._database = await asyncio.to_thread(self._open_database)
            await self.run_module(_MIGRATIONS, "upgrade", settings=self._database.environment())
            await self.run_module(_ROLES, "seed")
            await self._start_processes()
        except BaseException:
            await self.down()
            raise

    async def down(self) -> None:
        """Stop everything that this stack started."""
        try:
            await self._supervisor.stop_all()
            if self._postgres is not None:
                await asyncio.to_thread(self._postgres.stop)
        finally:
            self._lock.release()

    @property
    def names(self) -> list[str]:
        """The processes of this stack, in the order in which they start."""
        return [*([POSTGRES] if self._postgres is not None else []), *self._specs]

    @property
    def database(self) -> DatabaseUrls:
        """The URLs of the system's database; known once the stack is up."""
        if self._database is None:
            raise StackError("the stack is not up")
        return self._database

    @property
    def gateway_url(self) -> str:
        """Where the HTTP API answers, without a slash at the end; known once the stack is up."""
        return f"http://{LOOPBACK}:{self._gateway_port}"

    @property
    def engine_url(self) -> str:
        """Where the engine answers, without a slash at the end; known once the stack is up."""
        return self._engine_url

    @property
    def mail_url(self) -> str | None:
        """Where the mails are shown; None where the user's own server takes them."""
        return self._outside.mail_server.url if self._outside.mail_server else None

    @property
    def mail_providers(self) -> MailProviders | None:
        """Google and Microsoft, emulated; None where the user names a registration of their own."""
        return self._outside.mail_providers

    @property
    def websites(self) -> Websites | None:
        """Sample sites of companies, for the registration worker to read."""
        return self._outside.websites

    async def start(self, name: str) -> None:
        """Start a process that was stopped or killed, and wait until it is ready.

        Raises:
            StackError: No process has that name.
            PostgresError: The database does not start.
            ProcessError: The process does not start.
        """
        if self._is_postgres(name):
            await asyncio.to_thread(self._embedded.start)
            return
        await self._supervisor.start(self._spec(name))
        if name == ENGINE:
            await self._register_workers()

    async def stop(self, name: str) -> None:
        """Stop one process and let it finish what it does; see `start` for what is raised."""
        if self._is_postgres(name):
            await asyncio.to_thread(self._embedded.stop)
        else:
            await self._supervisor.stop(self._spec(name).name)

    async def restart(self, name: str) -> None:
        """Stop one process and start it again; see `start` for what is raised."""
        await self.stop(name)
        await self.start(name)

    async def roll(self, name: str) -> None:
        """Replace a service by a new process that is ready before the old one is stopped.

        Raises:
            StackError: No process has that name, or it is not a service.
            ProcessError: The new one does not start; the old one goes on then.
        """
        if name not in {spec.name for spec in self._service_specs()}:
            raise StackError(f"{name!r} is no service; only services share their port")
        await self._supervisor.roll(self._spec(name))

    def reconfigure(self, settings: Mapping[str, str]) -> None:
        """Change settings of the services; each has them once it is rolled or started again."""
        self._settings |= settings
        self._specs |= {spec.name: spec for spec in self._service_specs()}

    async def kill(self, name: str, signal_number: signal.Signals = signal.SIGKILL) -> None:
        """Let one process crash; see `start` for what is raised."""
        if self._is_postgres(name):
            self._embedded.kill(signal_number)
        else:
            await self._supervisor.kill(self._spec(name).name, signal_number)

    def log_file(self, name: str) -> Path:
        """Where a process's output goes; see `start` for what is raised."""
        if self._is_postgres(name):
            return self._embedded.log_file
        return self._supervisor.log_file(self._spec(name).name)

    def port(self, name: str) -> int:
        """The loopback port of a worker; copies of one share it.

        Raises:
            KeyError: There is no such worker.
        """
        return self._worker_ports[name]

    async def run_module(
        self, module: str, *arguments: str, settings: Mapping[str, str] | None = None
    ) -> str:
        """Run a module's command line with the environment that services have.

        Args:
            module: As for `python -m`.
            arguments: Its arguments.
            settings: More environment for it.

        Returns:
            What it wrote to standard output.

        Raises:
            StackError: It fails, or takes longer than three minutes.
        """
        environment = {**os.environ, **self.service_environment(), **(settings or {})}
        try:
            return await run_to_end([sys.executable, "-m", module, *arguments], environment)
        except CommandError as error:
            raise StackError(f"python -m {module} {error}") from error

    def service_environment(self) -> dict[str, str]:
        """What the services read their settings from, secrets included."""
        kept = StackSecrets.kept_in(self._options.state)
        environment = {
            "BLACKLIGHT_ENV": "development",
            "BLACKLIGHT_SECRET_KEYS": json.dumps([kept.secret_key]),
            "BLACKLIGHT_PUBLIC_URL": self.gateway_url,
            "INNGEST_BASE_URL": self._engine_url,
            "PYTHONUNBUFFERED": "1",
            # A worker is a core: threads of several would fight for them.
            **{
                name: self._options.environment.get(name, "1")
                for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
            },
        }
        if not self._options.environment.get("INNGEST_SIGNING_KEY"):
            environment |= {"INNGEST_DEV": "1", "INNGEST_EVENT_KEY": kept.event_key}
        if self._database is not None:
            environment |= {
                "DATABASE_URL": self._database.app,
                "SYSTEM_DATABASE_URL": self._database.system,
            }
        return {**environment, **self._outside.environment(), **self._settings}

    def _take_folder(self) -> None:
        self._options.state.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise StackError(
                f"another stack runs in {self._options.state}; stop it first"
            ) from error

    def _open_database(self) -> DatabaseUrls:
        if self._options.environment.get("DATABASE_URL"):
            self._report("Database: yours, as DATABASE_URL says.")
            kept = StackSecrets.kept_in(self._options.state)
            passwords = {APP_ROLE: kept.app_password, SYSTEM_ROLE: kept.system_password}
            return urls_of_own_server(self._options.environment, passwords)
        self._postgres = EmbeddedPostgres(self._options.state, fast=self._options.fast)
        self._postgres.start()
        self._report(f"Database: Postgres 18, port {self._postgres.port}, {self._postgres.data}.")
        return self._postgres.ensure_database(DATABASE)

    async def _start_processes(self) -> None:
        self._worker_ports = {worker.name: free_port() for worker in WORKERS if worker.is_installed}
        if GATEWAY.is_installed:
            self._gateway_port = free_port(self._options.gateway_port)
        self._outside = Outside.choose(
            self._options.state, self._options.environment, self._worker_ports
        )
        outside = self._outside.specs()
        engine = await self._engine_spec()
        workers = self._worker_specs()
        gateway = self._gateway_specs()
        self._specs = {spec.name: spec for spec in (*outside, *engine, *workers, *gateway)}
        await self._start_together([*outside, *engine, *workers])
        await self._register_workers()
        # Last: its relay sends what waits in the outbox, and the engine must know the functions.
        await self._start_together(gateway)

    def _service_specs(self) -> list[ProcessSpec]:
        return [*self._worker_specs(), *self._gateway_specs()]

    def _worker_specs(self) -> list[ProcessSpec]:
        return [
            copy
            for worker in WORKERS
            if worker.name in self._worker_ports
            for copy in worker.copies(
                self._options.scale.get(worker.name, 1),
                self._worker_ports[worker.name],
                self.service_environment(),
            )
        ]

    def _gateway_specs(self) -> list[ProcessSpec]:
        if not GATEWAY.is_installed:
            return []
        return GATEWAY.copies(1, self._gateway_port, self.service_environment())

    async def _start_together(self, specs: Sequence[ProcessSpec]) -> None:
        try:
            async with asyncio.TaskGroup() as starts:
                for spec in specs:
                    starts.create_task(self._supervisor.start(spec))
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _engine_spec(self) -> list[ProcessSpec]:
        if self._options.environment.get("INNGEST_BASE_URL"):
            self._report(f"Engine: yours, at {self._engine_url}, as INNGEST_BASE_URL says.")
            return []
        launch = EngineLaunch(
            port=free_port(self._options.engine_port),
            db=self._options.state / "engine.db",
            sdk_urls=[serve_url(port) for port in self._worker_ports.values()],
            poll_interval=self._options.poll_interval,
            retry_interval=self._options.retry_interval,
        )
        setting = self._options.environment.get("ENGINE", "auto")
        command = await asyncio.to_thread(choose_engine, setting, self._options.environment, launch)
        self._report(command.note)
        self._engine_url = command.base_url
        health_url = f"{command.base_url}/health"
        return [ProcessSpec(ENGINE, command.argv, command.env, health_url=health_url)]

    async def _register_workers(self) -> None:
        for port in self._worker_ports.values():
            await register(port)

    def _is_postgres(self, name: str) -> bool:
        return name == POSTGRES and self._postgres is not None

    @property
    def _embedded(self) -> EmbeddedPostgres:
        if self._postgres is None:
            raise StackError("the database is not run by this stack")
        return self._postgres

    def _spec(self, name: str) -> ProcessSpec:
        if name not in self._specs:
            raise StackError(f"there is no process {name!r}; there are {', '.join(self.names)}")
        return self._specs[name]
