"""State of flow control: idempotency keys, rates, open batches and debounces."""

from dataclasses import dataclass

from blacklight_devstack.engine.gcra import Rate, admit
from blacklight_devstack.engine.model import Event
from blacklight_devstack.engine.store.database import Reader, Transaction, fetch


@dataclass(frozen=True, slots=True)
class Batch:
    """An open batch and how many events it holds."""

    id: str
    fn_id: str
    size: int


@dataclass(frozen=True, slots=True)
class Debounce:
    """A postponed run and the newest event it will get."""

    id: str
    fn_id: str
    event_id: str
    first_ms: int


def claim_key(work: Transaction, fn_id: str, key: str, *, now_ms: int, period_ms: int) -> bool:
    """Take an idempotency key; False while someone holds it."""
    cursor = work.execute(
        "INSERT INTO idempotency (fn_id, key, expires_ms) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (fn_id, key) DO UPDATE SET expires_ms = ?3 WHERE expires_ms <= ?4",
        (fn_id, key, now_ms + period_ms, now_ms),
    )
    return cursor.rowcount == 1


def drop_expired(work: Transaction, now_ms: int) -> None:
    """Forget idempotency keys and rates that no longer decide anything."""
    work.execute("DELETE FROM idempotency WHERE expires_ms <= ?", (now_ms,))
    work.execute("DELETE FROM rates WHERE arrival_ms <= ?", (now_ms,))


def admit_at_rate(work: Transaction, key: str, rate: Rate, now_ms: int) -> float | None:
    """Ask for one admission: None when granted, else the time at which to ask again."""
    row = work.execute("SELECT arrival_ms FROM rates WHERE key = ?", (key,)).fetchone()
    admitted, moment_ms = admit(rate, None if row is None else row[0], now_ms)
    if not admitted:
        return moment_ms
    work.execute(
        "INSERT INTO rates (key, arrival_ms) VALUES (?1, ?2)"
        " ON CONFLICT (key) DO UPDATE SET arrival_ms = ?2",
        (key, moment_ms),
    )
    return None


def open_batch(work: Transaction, fn_id: str, key: str, new_id: str) -> tuple[Batch, bool]:
    """The open batch of a key, and whether it was just opened under ``new_id``."""
    cursor = work.execute(
        "INSERT OR IGNORE INTO batches (id, fn_id, key) VALUES (?, ?, ?)", (new_id, fn_id, key)
    )
    if cursor.rowcount == 1:
        return Batch(new_id, fn_id, 0), True
    row = work.execute(
        "SELECT b.id, b.fn_id, (SELECT count(*) FROM batch_events e WHERE e.batch_id = b.id)"
        " FROM batches b WHERE b.fn_id = ? AND b.key = ?",
        (fn_id, key),
    ).fetchone()
    return Batch(*row), False


def add_to_batch(work: Transaction, batch_id: str, event: Event) -> None:
    """Put an event into an open batch."""
    work.execute(
        "INSERT INTO batch_events (batch_id, event_id) VALUES (?, ?)", (batch_id, event.internal_id)
    )


def close_batch(work: Transaction, batch_id: str) -> list[Event]:
    """Close a batch and take its events in their order."""
    rows = work.execute(
        "SELECT e.internal_id, e.body FROM batch_events b"
        " JOIN events e ON e.internal_id = b.event_id WHERE b.batch_id = ? ORDER BY b.position",
        (batch_id,),
    ).fetchall()
    work.execute("DELETE FROM batch_events WHERE batch_id = ?", (batch_id,))
    work.execute("DELETE FROM batches WHERE id = ?", (batch_id,))
    return [Event.from_json(*row) for row in rows]


def find_debounce(source: Reader, fn_id: str, key: str) -> Debounce | None:
    """The postponed run of a key."""
    row = fetch(
        source,
        "SELECT id, fn_id, event_id, first_ms FROM debounces WHERE fn_id = ? AND key = ?",
        (fn_id, key),
    ).fetchone()
    return None if row is None else Debounce(*row)


def save_debounce(work: Transaction, debounce: Debounce, key: str) -> None:
    """Store a postponed run, replacing the one of the same key."""
    work.execute(
        "INSERT INTO debounces (id, fn_id, key, event_id, first_ms) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (fn_id, key) DO UPDATE SET event_id = excluded.event_id",
        (debounce.id, debounce.fn_id, key, debounce.event_id, debounce.first_ms),
    )


def take_debounce(work: Transaction, debounce_id: str) -> Debounce | None:
    """Remove a postponed run to start it."""
    row = work.execute(
        "DELETE FROM debounces WHERE id = ? RETURNING id, fn_id, event_id, first_ms",
        (debounce_id,),
    ).fetchone()
    return None if row is None else Debounce(*row)
