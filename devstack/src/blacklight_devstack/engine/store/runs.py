"""Runs and the calls made for them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from blacklight_devstack.engine.model import Event, Lane, Limit, Run, RunStatus, Throttle
from blacklight_devstack.engine.store.database import Reader, Transaction, fetch

_COLUMNS = (
    "id, fn_id, app_id, status, queued_ms, lane, priority_ms, started_ms, ended_ms, output,"
    " singleton_key, plan_steps, rerun_of, cron"
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call to the SDK; ``step_id`` is None when the whole function was called."""

    run_id: str
    step_id: str | None
    attempt: int
    started_ms: int
    ended_ms: int
    outcome: str


def add_run(work: Transaction, run: Run, events: Sequence[Event]) -> None:
    """Store a new run and which events started it."""
    work.execute(
        f"INSERT INTO runs ({_COLUMNS})"  # noqa: S608 - the columns are a constant
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run.id,
            run.fn_id,
            run.app_id,
            run.status,
            run.queued_ms,
            orjson.dumps(asdict(run.lane)),
            run.priority_ms,
            run.started_ms,
            run.ended_ms,
            run.output,
            run.singleton_key,
            run.plan_steps,
            run.rerun_of,
            run.cron,
        ),
    )
    for position, event in enumerate(events):
        work.execute(
            "INSERT INTO run_events (run_id, position, event_id) VALUES (?, ?, ?)",
            (run.id, position, event.internal_id),
        )


def get_run(source: Reader, run_id: str) -> Run | None:
    """One run."""
    row = fetch(
        source,
        f"SELECT {_COLUMNS} FROM runs WHERE id = ?",  # noqa: S608 - the columns are a constant
        (run_id,),
    ).fetchone()
    return None if row is None else run_from_row(row)


def mark_started(work: Transaction, run_id: str, now_ms: int) -> None:
    """The first call of the run goes out."""
    work.execute(
        "UPDATE runs SET status = ?, started_ms = ? WHERE id = ?",
        (RunStatus.RUNNING, now_ms, run_id),
    )


def mark_ended(
    work: Transaction, run_id: str, status: RunStatus, output: bytes | None, now_ms: int
) -> None:
    """Close the run; what it still waited for is dropped."""
    work.execute(
        "UPDATE runs SET status = ?, output = ?, ended_ms = ? WHERE id = ?",
        (status, output, now_ms, run_id),
    )
    work.execute("DELETE FROM jobs WHERE run_id = ?", (run_id,))
    work.execute("DELETE FROM waits WHERE run_id = ?", (run_id,))


def set_plan_steps(work: Transaction, run_id: str, plan_steps: bool) -> None:
    """Whether the SDK must plan steps instead of running them at once."""
    work.execute("UPDATE runs SET plan_steps = ? WHERE id = ?", (plan_steps, run_id))


def active_singletons(work: Transaction, fn_id: str, key: str) -> list[str]:
    """Ids of unfinished runs that hold this singleton key."""
    rows = work.execute(
        "SELECT id FROM runs WHERE fn_id = ? AND singleton_key = ? AND ended_ms IS NULL",
        (fn_id, key),
    )
    return [row[0] for row in rows]


def runs_of_event(source: Reader, event_id: str) -> list[Run]:
    """The runs that an event started."""
    columns = ", ".join(f"r.{name.strip()}" for name in _COLUMNS.split(","))
    rows = fetch(
        source,
        f"SELECT {columns} FROM run_events e JOIN runs r ON r.id = e.run_id"  # noqa: S608 - as above
        " WHERE e.event_id = ? ORDER BY r.id",
        (event_id,),
    )
    return [run_from_row(row) for row in rows]


def list_runs(
    source: Reader,
    *,
    fn_id: str | None = None,
    status: str | None = None,
    before: str | None = None,
    limit: int = 50,
) -> list[Run]:
    """Runs, newest first; ``before`` is the run id to continue after."""
    conditions = {"fn_id = ?": fn_id, "status = ?": status, "id < ?": before}
    used = {sql: value for sql, value in conditions.items() if value is not None}
    where = " AND ".join(used) or "TRUE"
    rows = fetch(
        source,
        f"SELECT {_COLUMNS} FROM runs"  # noqa: S608 - columns and conditions are constants
        f" WHERE {where} ORDER BY id DESC LIMIT ?",
        (*used.values(), limit),
    )
    return [run_from_row(row) for row in rows]


def drop_ended(work: Transaction, before_ms: int) -> None:
    """Forget runs that ended before a time, and events that no remaining run needs."""
    work.execute("DELETE FROM runs WHERE ended_ms < ?", (before_ms,))
    for table in ("run_events", "steps", "attempts"):
        work.execute(f"DELETE FROM {table} WHERE run_id NOT IN (SELECT id FROM runs)")  # noqa: S608 - names above
    work.execute(
        "DELETE FROM events WHERE received_ms < ?"
        " AND internal_id NOT IN (SELECT event_id FROM run_events)"
        " AND internal_id NOT IN (SELECT event_id FROM batch_events)"
        " AND internal_id NOT IN (SELECT event_id FROM debounces)",
        (before_ms,),
    )


def count_by_status(source: Reader) -> dict[str, int]:
    """How many runs there are in each status."""
    return dict(fetch(source, "SELECT status, count(*) FROM runs GROUP BY status").fetchall())


def add_attempt(work: Transaction, attempt: Attempt) -> None:
    """Record a call to the SDK."""
    work.execute(
        "INSERT INTO attempts (run_id, step_id, attempt, started_ms, ended_ms, outcome)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            attempt.run_id,
            attempt.step_id,
            attempt.attempt,
            attempt.started_ms,
            attempt.ended_ms,
            attempt.outcome,
        ),
    )


def attempts_of_run(source: Reader, run_id: str) -> list[Attempt]:
    """The calls made for a run, in order."""
    rows = fetch(
        source,
        "SELECT run_id, step_id, attempt, started_ms, ended_ms, outcome FROM attempts"
        " WHERE run_id = ? ORDER BY id",
        (run_id,),
    )
    return [Attempt(*row) for row in rows]


def run_from_row(row: Sequence[Any]) -> Run:
    """Read the columns of a run in their order."""
    return Run(
        id=row[0],
        fn_id=row[1],
        app_id=row[2],
        status=RunStatus(row[3]),
        queued_ms=row[4],
        lane=_lane(row[5]),
        priority_ms=row[6],
        started_ms=row[7],
        ended_ms=row[8],
        output=row[9],
        singleton_key=row[10],
        plan_steps=bool(row[11]),
        rerun_of=row[12],
        cron=row[13],
    )


def _lane(stored: bytes) -> Lane:
    raw = orjson.loads(stored)
    return Lane(
        app_id=raw["app_id"],
        limits=tuple(Limit(**limit) for limit in raw["limits"]),
        throttle=None if raw["throttle"] is None else Throttle(**raw["throttle"]),
    )
