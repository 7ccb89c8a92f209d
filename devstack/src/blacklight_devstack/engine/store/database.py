"""The SQLite connection, its transactions, and what happens after a commit."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from blacklight_devstack.engine.model import Event, Job


class DatabaseInUseError(RuntimeError):
    """Another engine has the file open."""


class Transaction:
    """Writes that take effect together, with the jobs and events that follow from them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.new_jobs: list[Job] = []
        self.new_events: list[Event] = []

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self._connection.execute(sql, parameters)

    def add_job(self, job: Job) -> None:
        """Store a job; the scheduler learns of it when the transaction commits."""
        cursor = self.execute(
            "INSERT INTO jobs (kind, due_ms, fn_id, run_id, step_id, subject, attempt)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job.kind, job.due_ms, job.fn_id, job.run_id, job.step_id, job.subject, job.attempt),
        )
        self.new_jobs.append(replace(job, id=cursor.lastrowid or 0))

    def add_event(self, event: Event) -> None:
        """Publish an internal event; it is handled before the transaction commits."""
        self.new_events.append(event)


class Database:
    """The open file.

    A commit does not wait for the disk (``synchronous=NORMAL`` on a write-ahead log), so it is
    fast, survives the death of the process at any instant, and may lose its last moments only when
    the machine itself goes down.

    Raises:
        DatabaseInUseError: Another process has the file open.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None, cached_statements=512)
        self.on_commit: Callable[[list[Job]], None] = _ignore
        self.on_events: Callable[[Transaction, list[Event]], None] = _ignore_events
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self._connection.close()
            if "locked" in str(error):
                raise DatabaseInUseError(f"{path} is open in another engine") from error
            raise

    def _prepare(self) -> None:
        for pragma in (
            "busy_timeout = 2000",
            "locking_mode = EXCLUSIVE",
            "journal_mode = WAL",
            "synchronous = NORMAL",
            "cache_size = -65536",
            "temp_store = MEMORY",
        ):
            self._connection.execute(f"PRAGMA {pragma}")
        self._connection.executescript(
            files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
        )

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Read outside a transaction."""
        return self._connection.execute(sql, parameters)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """All or nothing; must not be held across an ``await``."""
        self._connection.execute("BEGIN IMMEDIATE")
        work = Transaction(self._connection)
        try:
            yield work
            while work.new_events:
                events, work.new_events = work.new_events, []
                self.on_events(work, events)
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        self.on_commit(work.new_jobs)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


Reader = Database | Transaction
"""Anything that can be read from."""


def fetch(source: Reader, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
    """Run one reading statement, inside or outside a transaction."""
    if isinstance(source, Transaction):
        return source.execute(sql, parameters)
    return source.query(sql, parameters)


def _ignore(jobs: list[Job]) -> None:
    del jobs


def _ignore_events(work: Transaction, events: list[Event]) -> None:
    del work, events
