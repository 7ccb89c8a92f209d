"""Jobs: everything that is due now or later."""

from dataclasses import replace

from blacklight_devstack.engine.model import Job, JobKind, Run
from blacklight_devstack.engine.store.database import Reader, Transaction, fetch
from blacklight_devstack.engine.store.runs import get_run

_COLUMNS = "id, kind, due_ms, fn_id, run_id, step_id, subject, attempt"


def call_job(
    run: Run, *, due_ms: int, step_id: str | None = None, attempt: int = 0, job_id: int = 0
) -> Job:
    """A call to the SDK for a run; older runs go first, so that what was begun gets done."""
    return Job(
        kind=JobKind.CALL,
        due_ms=due_ms,
        fn_id=run.fn_id,
        run_id=run.id,
        step_id=step_id,
        attempt=attempt,
        id=job_id,
        lane=run.call_lane,
        score=run.queued_ms - run.priority_ms,
    )


def exists(source: Reader, job_id: int) -> bool:
    """Whether a job is still to be done."""
    return fetch(source, "SELECT 1 FROM jobs WHERE id = ?", (job_id,)).fetchone() is not None


def postpone(work: Transaction, job: Job, *, due_ms: int, attempt: int) -> None:
    """Do a job again later."""
    work.execute("UPDATE jobs SET due_ms = ?, attempt = ? WHERE id = ?", (due_ms, attempt, job.id))
    work.new_jobs.append(replace(job, due_ms=due_ms, attempt=attempt))


def remove(work: Transaction, job_id: int) -> bool:
    """A job is done; False when it was already gone."""
    return work.execute("DELETE FROM jobs WHERE id = ?", (job_id,)).rowcount == 1


def remove_by_subject(work: Transaction, kind: JobKind, subject: str) -> None:
    """Drop the job of a batch, debounce or cron schedule."""
    work.execute("DELETE FROM jobs WHERE kind = ? AND subject = ?", (kind, subject))


def remove_of_step(work: Transaction, run_id: str, step_id: str, kind: JobKind) -> None:
    """Drop a step's timer."""
    work.execute(
        "DELETE FROM jobs WHERE run_id = ? AND step_id = ? AND kind = ?", (run_id, step_id, kind)
    )


def remove_of_run(work: Transaction, run_id: str, kind: JobKind) -> None:
    """Drop a run's timer of one kind."""
    work.execute("DELETE FROM jobs WHERE run_id = ? AND kind = ?", (run_id, kind))


def by_kind(source: Reader, kind: JobKind) -> list[Job]:
    """All jobs of a kind."""
    rows = fetch(source, f"SELECT {_COLUMNS} FROM jobs WHERE kind = ?", (kind,))  # noqa: S608 - the columns are a constant
    return [_job(row) for row in rows]


def load_all(source: Reader) -> list[Job]:
    """Every job, for the start of the engine."""
    rows = fetch(source, f"SELECT {_COLUMNS} FROM jobs ORDER BY id").fetchall()  # noqa: S608 - as above
    return [_with_lane(source, _job(row)) for row in rows]


def _with_lane(source: Reader, job: Job) -> Job:
    if job.kind is not JobKind.CALL or job.run_id is None:
        return job
    run = get_run(source, job.run_id)
    if run is None:
        return job
    return call_job(run, due_ms=job.due_ms, step_id=job.step_id, attempt=job.attempt, job_id=job.id)


def _job(row: tuple[int, str, int, str, str | None, str | None, str | None, int]) -> Job:
    return Job(
        id=row[0],
        kind=JobKind(row[1]),
        due_ms=row[2],
        fn_id=row[3],
        run_id=row[4],
        step_id=row[5],
        subject=row[6],
        attempt=row[7],
    )
