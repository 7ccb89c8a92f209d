"""Steps of runs and their memos."""

from blacklight_devstack.engine.model import Step, StepStatus
from blacklight_devstack.engine.store.database import Reader, Transaction, fetch

_COLUMNS = "run_id, id, name, op, status, started_ms, race, memo, ended_ms, opts"


def add_step(work: Transaction, step: Step) -> bool:
    """Store a step that was reported; False when the run has it already."""
    cursor = work.execute(
        f"INSERT OR IGNORE INTO steps ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608 - the columns are a constant
        (
            step.run_id,
            step.id,
            step.name,
            step.op,
            step.status,
            step.started_ms,
            step.race,
            step.memo,
            step.ended_ms,
            step.opts,
        ),
    )
    return cursor.rowcount == 1


def get_step(source: Reader, run_id: str, step_id: str) -> Step | None:
    """One step."""
    row = fetch(
        source,
        f"SELECT {_COLUMNS} FROM steps WHERE run_id = ? AND id = ?",  # noqa: S608 - as above
        (run_id, step_id),
    ).fetchone()
    return None if row is None else _step(row)


def memoise(
    work: Transaction, run_id: str, step_id: str, status: StepStatus, memo: bytes, now_ms: int
) -> bool:
    """Give a pending step its memo; False when it has one or is not known."""
    cursor = work.execute(
        "UPDATE steps SET status = ?, memo = ?, ended_ms = ?"
        " WHERE run_id = ? AND id = ? AND status = ?",
        (status, memo, now_ms, run_id, step_id, StepStatus.PENDING),
    )
    return cursor.rowcount == 1


def has_pending_steps(source: Reader, run_id: str) -> bool:
    """Whether any reported step of the run is without its memo."""
    row = fetch(
        source,
        "SELECT 1 FROM steps WHERE run_id = ? AND status = ? LIMIT 1",
        (run_id, StepStatus.PENDING),
    ).fetchone()
    return row is not None


def memos_of_run(source: Reader, run_id: str) -> dict[str, bytes]:
    """Memos by step id, in the order in which the steps ended."""
    rows = fetch(
        source,
        "SELECT id, memo FROM steps WHERE run_id = ? AND memo IS NOT NULL"
        " ORDER BY ended_ms, position",
        (run_id,),
    )
    return dict(rows.fetchall())


def count_and_size(source: Reader, run_id: str) -> tuple[int, int]:
    """How many steps a run has and how many bytes its memos take."""
    row = fetch(
        source,
        "SELECT count(*), coalesce(sum(length(memo)), 0) FROM steps WHERE run_id = ?",
        (run_id,),
    ).fetchone()
    return row[0], row[1]


def steps_of_run(source: Reader, run_id: str) -> list[Step]:
    """All steps of a run in the order in which they were reported."""
    rows = fetch(
        source,
        f"SELECT {_COLUMNS} FROM steps WHERE run_id = ? ORDER BY position",  # noqa: S608 - as above
        (run_id,),
    )
    return [_step(row) for row in rows]


def _step(row: tuple[str, str, str, str, str, int, int, bytes | None, int | None, bytes]) -> Step:
    return Step(
        run_id=row[0],
        id=row[1],
        name=row[2],
        op=row[3],
        status=StepStatus(row[4]),
        started_ms=row[5],
        race=bool(row[6]),
        memo=row[7],
        ended_ms=row[8],
        opts=row[9],
    )
