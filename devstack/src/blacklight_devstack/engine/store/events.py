"""Events as they were received."""

from dataclasses import dataclass

from blacklight_devstack.engine.model import Event
from blacklight_devstack.engine.store.database import Reader, Transaction, fetch


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event with the time it came in."""

    event: Event
    received_ms: int


def add_event(work: Transaction, event: Event, received_ms: int) -> bool:
    """Store an event; False when this very event (same internal id) is there already."""
    cursor = work.execute(
        "INSERT OR IGNORE INTO events (internal_id, id, name, received_ms, body)"
        " VALUES (?, ?, ?, ?, ?)",
        (event.internal_id, event.id, event.name, received_ms, event.as_json()),
    )
    return cursor.rowcount == 1


def get_event(source: Reader, internal_id: str) -> StoredEvent | None:
    """One event by its internal id."""
    row = fetch(
        source,
        "SELECT internal_id, body, received_ms FROM events WHERE internal_id = ?",
        (internal_id,),
    ).fetchone()
    return None if row is None else StoredEvent(Event.from_json(row[0], row[1]), row[2])


def events_of_run(source: Reader, run_id: str) -> list[Event]:
    """The events that started a run, in order."""
    return [Event.from_json(*row) for row in _rows_of_run(source, run_id, limit=-1)]


def first_event_of_run(source: Reader, run_id: str) -> Event:
    """The event that expressions of a run call ``event``."""
    return Event.from_json(*_rows_of_run(source, run_id, limit=1)[0])


def event_bodies_of_run(source: Reader, run_id: str) -> list[bytes]:
    """The same as JSON."""
    return [body for _, body in _rows_of_run(source, run_id, limit=-1)]


def list_events(
    source: Reader, *, name: str | None = None, before: str | None = None, limit: int = 50
) -> list[StoredEvent]:
    """Events, newest first; ``before`` is the internal id to continue after."""
    rows = fetch(
        source,
        "SELECT internal_id, body, received_ms FROM events"
        " WHERE (?1 IS NULL OR name = ?1) AND (?2 IS NULL OR internal_id < ?2)"
        " ORDER BY internal_id DESC LIMIT ?3",
        (name, before, limit),
    )
    return [StoredEvent(Event.from_json(row[0], row[1]), row[2]) for row in rows]


def _rows_of_run(source: Reader, run_id: str, limit: int) -> list[tuple[str, bytes]]:
    return fetch(
        source,
        "SELECT e.internal_id, e.body FROM run_events r JOIN events e ON e.internal_id = r.event_id"
        " WHERE r.run_id = ? ORDER BY r.position LIMIT ?",
        (run_id, limit),
    ).fetchall()
