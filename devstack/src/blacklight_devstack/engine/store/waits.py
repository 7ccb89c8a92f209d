"""What runs listen for: events that resume a step, events that cancel the run, invoked runs."""

from collections.abc import Iterator
from dataclasses import dataclass

from blacklight_devstack.engine.expressions import EqualityKey, value_at
from blacklight_devstack.engine.model import Event
from blacklight_devstack.engine.store.database import Transaction

_ANY = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """A run that listens; without a ``step_id`` the event cancels it."""

    id: int
    run_id: str
    step_id: str | None
    expression: str | None


@dataclass(frozen=True, slots=True)
class Invocation:
    """The step that waits for an invoked run."""

    run_id: str
    step_id: str


def add_wait(
    work: Transaction,
    *,
    run_id: str,
    step_id: str | None,
    event_name: str,
    expression: str | None,
    equality: EqualityKey | None,
    expires_ms: int,
) -> None:
    """Listen for an event; ``equality`` narrows which events are looked at."""
    work.execute(
        "INSERT INTO waits"
        " (run_id, step_id, event_name, expression, match_path, match_value, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            run_id,
            step_id,
            event_name,
            expression,
            equality.path if equality else _ANY,
            equality.value if equality else _ANY,
            expires_ms,
        ),
    )


def candidates(work: Transaction, event: Event, now_ms: int) -> list[Wait]:
    """Waits whose name and equality key fit an event; their expressions are still to be tried."""
    found: list[Wait] = []
    for path in _paths(work, event.name):
        value = _ANY if path == _ANY else value_at(event, path)
        rows = work.execute(
            "SELECT id, run_id, step_id, expression FROM waits"
            " WHERE event_name = ? AND match_path = ? AND match_value = ? AND expires_ms > ?",
            (event.name, path, value, now_ms),
        )
        found.extend(Wait(*row) for row in rows)
    return found


def remove_wait(work: Transaction, run_id: str, step_id: str) -> None:
    """A step listens no more."""
    work.execute("DELETE FROM waits WHERE run_id = ? AND step_id = ?", (run_id, step_id))


def add_invocation(work: Transaction, event_id: str, invocation: Invocation) -> None:
    """Remember who waits for the run that this ``inngest/function.invoked`` event starts."""
    work.execute(
        "INSERT INTO invocations (event_id, run_id, step_id) VALUES (?, ?, ?)",
        (event_id, invocation.run_id, invocation.step_id),
    )


def take_invocation(work: Transaction, event_id: str) -> Invocation | None:
    """Who waits for the run of this event; each answer is given once."""
    row = work.execute(
        "DELETE FROM invocations WHERE event_id = ? RETURNING run_id, step_id", (event_id,)
    ).fetchone()
    return None if row is None else Invocation(*row)


def _paths(work: Transaction, event_name: str) -> Iterator[str]:
    path = work.execute(
        "SELECT min(match_path) FROM waits WHERE event_name = ?", (event_name,)
    ).fetchone()[0]
    while path is not None:
        yield path
        path = work.execute(
            "SELECT min(match_path) FROM waits WHERE event_name = ? AND match_path > ?",
            (event_name, path),
        ).fetchone()[0]
