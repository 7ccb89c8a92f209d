"""A real Postgres 18 with pgvector that needs no installation and no privileges.

The server outlives the process that started it: after a crash of that process, the next `start`
finds the running server and takes it over, or clears up after one that has died.
"""

import secrets
import shlex
import shutil
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import psutil
import psycopg
from filelock import FileLock
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.engine import URL

from blacklight_devstack.ports import LOOPBACK, free_port, is_free
from blacklight_devstack.postgres_account import (
    POSTGRES_MAJOR_VERSION,
    PostgresError,
    ServerAccount,
    location_file,
    reachable_home,
    runnable_installation,
)
from blacklight_devstack.postgres_roles import (
    APP_ROLE,
    DRIVER,
    OWNER_ROLE,
    ROLES,
    SYSTEM_ROLE,
    DatabaseUrls,
    connect,
    ensure_database,
    ensure_logins,
    ensure_vector_extension,
)
from blacklight_devstack.private_files import write_private

SUPERUSER = "postgres"

_START_TIMEOUT_SECONDS = 60
_STOP_TIMEOUT_SECONDS = 30
_ORPHANS_TIMEOUT_SECONDS = 15
_START_ATTEMPTS = 3

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_buffers": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
# For data that may be lost with the machine: a commit waits for the kernel, not for the disk.
# (synchronous_commit stays on, else a crash of the server alone would lose commits.)
_FAST_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # Passwords are random; guessing them needs no slowing down, and connecting is done very often.
    "scram_iterations": "1",
}


class _Kept(BaseModel):
    """What must survive between starts; holds secrets, so its file is for this user only."""

    port: int = Field(default_factory=free_port)
    passwords: dict[str, str] = Field(
        default_factory=lambda: {role: secrets.token_urlsafe(24) for role in (SUPERUSER, *ROLES)}
    )


class EmbeddedPostgres:
    """One Postgres server on a loopback port, with scram passwords, over a data folder of its own.

    Args:
        home: Where it lives: `postgres` (the data), `postgres.json` (port and passwords, mode 0600)
            and `logs/postgres.log`. If the unprivileged account that serves root cannot reach it,
            the server lives elsewhere and `home/postgres.location` says where.
        fast: Trade durability for speed, for tests: a crash of the machine may lose data.
    """

    def __init__(self, home: Path, *, fast: bool = False) -> None:
        self._wanted_home = home.absolute()
        self.home = reachable_home(self._wanted_home)
        self.data = self.home / "postgres"
        self.log_file = self.home / "logs" / "postgres.log"
        self._settings = _SETTINGS | (_FAST_SETTINGS if fast else {})
        self._account = ServerAccount.choose(self.data)
        self._lock = FileLock(self.home / "postgres.lock", mode=0o600)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Make the server run and accept connections; a running one is taken over.

        Raises:
            PostgresError: It does not start; the message carries the end of its log.
        """
        with self._lock:
            kept = self._kept()
            self._initialise(kept)
            if self._postmaster() is not None and self._accepts_logins():
                return
            self._clear_remains()
            self._launch()

    def stop(self, *, immediate: bool = False) -> None:
        """Stop the server if it runs, whoever started it.

        Args:
            immediate: Without writing out memory; the next start replays the log.

        Raises:
            PostgresError: It is still running after thirty seconds.
        """
        with self._lock:
            postmaster = self._postmaster()
            if postmaster is None:
                return
            postmaster.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
            self._wait_until_unused(_STOP_TIMEOUT_SECONDS)

    def kill(self, signal_number: signal.Signals = signal.SIGKILL) -> None:
        """Send the server's main process a signal; to try what a crash does."""
        postmaster = self._postmaster()
        if postmaster is not None:
            postmaster.send_signal(signal_number)

    def remove(self) -> None:
        """Stop the server and delete everything it keeps."""
        self.stop(immediate=True)
        for path in (self.data, *self.home.glob("installation-*")):
            shutil.rmtree(path, ignore_errors=not path.exists())
        self._kept_file.unlink(missing_ok=True)
        if self.home != self._wanted_home:
            shutil.rmtree(self.home)
            location_file(self._wanted_home).unlink()

    @property
    def pid(self) -> int | None:
        """The main process, or None while the server is down."""
        postmaster = self._postmaster()
        return None if postmaster is None else postmaster.pid

    @property
    def port(self) -> int:
        """The loopback port; the same at every start unless somebody else took it meanwhile."""
        return self._kept().port

    def url(self, database: str = "postgres", user: str = SUPERUSER) -> str:
        """The SQLAlchemy URL of a database for one of the server's logins.

        Args:
            database: Its name; it need not exist.
            user: `postgres` (superuser) or one of the roles in `postgres_roles.ROLES`.

        Raises:
            KeyError: There is no such login.
        """
        kept = self._kept()
        url = URL.create(DRIVER, user, kept.passwords[user], LOOPBACK, kept.port, database)
        return url.render_as_string(hide_password=False)

    def urls(self, database: str) -> DatabaseUrls:
        """The URLs of a database for the three roles."""
        return DatabaseUrls(
            app=self.url(database, APP_ROLE),
            system=self.url(database, SYSTEM_ROLE),
            owner=self.url(database, OWNER_ROLE),
        )

    def ensure_database(self, name: str) -> DatabaseUrls:
        """Make the three logins and a database with pgvector exist; safe to repeat."""
        passwords = self._kept().passwords
        with self._lock:
            with self.connection() as connection:
                ensure_logins(connection, {role: passwords[role] for role in ROLES})
                ensure_database(connection, name)
            with self.connection(name) as connection:
                ensure_vector_extension(connection)
        return self.urls(name)

    def program(self, name: str) -> Path:
        """One of the programs that belong to the server, such as `pg_dump`."""
        return runnable_installation(self.home, self._account) / "bin" / name

    @contextmanager
    def connection(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """An autocommit connection as superuser, closed at the end."""
        with connect(self.url(database)) as connection:
            yield connection

    def _kept(self) -> _Kept:
        try:
            return _Kept.model_validate_json(self._kept_file.read_bytes())
        except FileNotFoundError:
            return self._keep(_Kept())
        except ValidationError as error:
            raise PostgresError(f"{self._kept_file} is damaged: {error}") from error

    def _keep(self, kept: _Kept) -> _Kept:
        if not self._kept_file.exists() and self.data.exists():
            raise PostgresError(
                f"{self._kept_file} with the passwords of {self.data} is gone; "
                "remove the data folder to begin with an empty database"
            )
        write_private(self._kept_file, kept.model_dump_json())
        return kept

    @property
    def _kept_file(self) -> Path:
        return self.home / "postgres.json"

    def _initialise(self, kept: _Kept) -> None:
        version_file = self.data / "PG_VERSION"
        if version_file.exists():
            found = version_file.read_text().strip()
            if found != str(POSTGRES_MAJOR_VERSION):
                raise PostgresError(
                    f"{self.data} was made by Postgres {found}, this is {POSTGRES_MAJOR_VERSION}: "
                    "dump it with the old version, or remove it to begin with an empty database"
                )
            return
        draft = self.home / "postgres.new"
        shutil.rmtree(draft, ignore_errors=not draft.exists())
        draft.mkdir(mode=0o700)
        password_file = draft.with_suffix(".password")
        write_private(password_file, kept.passwords[SUPERUSER])
        self._account.own(draft)
        self._account.own(password_file)
        try:
            done = self._account.run(
                [
                    self.program("initdb"),
                    f"--pgdata={draft}",
                    f"--username={SUPERUSER}",
                    f"--pwfile={password_file}",
                    "--auth-host=scram-sha-256",
                    "--auth-local=reject",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--no-instructions",
                    "--no-sync",
                ]
            )
        finally:
            password_file.unlink()
        if done.returncode != 0:
            raise PostgresError(f"initdb failed:\n{done.stdout.decode(errors='replace')}")
        draft.rename(self.data)

    def _postmaster(self) -> psutil.Process | None:
        """The main process over this data folder, told from a reused pid by its work folder."""
        pid = self._recorded_pid()
        if pid is None:
            return None
        try:
            process = psutil.Process(pid)
            alive = process.status() != psutil.STATUS_ZOMBIE and process.cwd() == str(
                self._resolved_data
            )
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return process if alive else None

    def _recorded_pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    @property
    def _resolved_data(self) -> Path:
        return self.data.resolve()

    def _accepts_logins(self) -> bool:
        """Wait for a running server; False if it goes away meanwhile."""
        deadline = time.monotonic() + _START_TIMEOUT_SECONDS
        while self._postmaster() is not None:
            try:
                with self.connection():
                    return True
            except psycopg.OperationalError as error:
                if time.monotonic() > deadline:
                    raise PostgresError(
                        f"Postgres runs but refuses a login: {str(error).strip()}"
                    ) from error
                time.sleep(0.1)
        return False

    def _clear_remains(self) -> None:
        """Wait for the children of a dead server, then remove its pid file.

        Postgres refuses to start over a pid file whose pid belongs, by now, to another program of
        the same account. Two servers over one folder would destroy it, so the file goes only when
        no process works in the folder.
        """
        self._wait_until_unused(_ORPHANS_TIMEOUT_SECONDS)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _wait_until_unused(self, timeout_seconds: float) -> None:
        deadline = time.monotonic() + timeout_seconds
        while pids := self._pids_in_data():
            if time.monotonic() > deadline:
                raise PostgresError(f"Postgres processes still use {self.data}: pids {pids}")
            time.sleep(0.02)

    def _pids_in_data(self) -> list[int]:
        folder = str(self._resolved_data)
        return [
            process.pid for process in psutil.process_iter(["cwd"]) if process.info["cwd"] == folder
        ]

    def _launch(self) -> None:
        self.log_file.parent.mkdir(exist_ok=True)
        for attempt in range(1, _START_ATTEMPTS + 1):
            if not is_free(self.port):
                self._keep(self._kept().model_copy(update={"port": free_port()}))
            self.log_file.touch(mode=0o600)
            with self.log_file.open("ab") as log:
                log_start = log.tell()
                if self._run_pg_ctl(log) and self._accepts_logins():
                    return
            said = self.log_file.read_bytes()[log_start:].decode(errors="replace")
            port_was_taken = "could not bind" in said
            if attempt == _START_ATTEMPTS or not port_was_taken:
                raise PostgresError(
                    f"Postgres does not start; its log {self.log_file} ends:\n{said[-2000:]}"
                )

    def _run_pg_ctl(self, log: IO[bytes]) -> bool:
        settings = {**self._settings, "port": str(self.port)}
        options = " ".join(
            f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items()
        )
        command: list[str | Path] = [
            self.program("pg_ctl"),
            "start",
            "--wait",
            "--silent",
            f"--timeout={_START_TIMEOUT_SECONDS}",
            f"--pgdata={self.data}",
            f"--options={options}",
        ]
        return self._account.run(command, output=log).returncode == 0
