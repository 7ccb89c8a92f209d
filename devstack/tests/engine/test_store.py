"""The database: transactions, the one writer, and finding waits without trying each."""

from datetime import timedelta
from pathlib import Path

import pytest
from blacklight_devstack.engine.expressions import equality_key
from blacklight_devstack.engine.model import (
    RUN_STATE_MAX_BYTES,
    STEP_OUTPUT_MAX_BYTES,
    Event,
    Job,
    JobKind,
    Run,
    RunStatus,
    Step,
    StepStatus,
)
from blacklight_devstack.engine.steps import RunFailedError, data_memo, finish_step, report
from blacklight_devstack.engine.store import events, flow, jobs, runs, steps, waits
from blacklight_devstack.engine.store.database import Database, DatabaseInUseError, Transaction

from .bench import START_MS, Bench

PROBE = Event("probe", "probe", "go", {"id": 4_321}, START_MS)


def pending(run_id: str, step_id: str, *, race: bool = False) -> Step:
    return Step(run_id, step_id, step_id, "StepRun", StepStatus.PENDING, START_MS, race=race)


@pytest.fixture
def run(bench: Bench) -> Run:
    bench.register({"id": "f"})
    bench.send("f", id="e", number=1)
    [run] = bench.runs()
    return run


class TestTransaction:
    def test_a_failure_leaves_nothing_and_tells_nobody(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "a.db")
        heard: list[Job] = []
        database.on_commit = heard.extend

        def fail_halfway() -> None:
            with database.transaction() as work:
                work.add_job(Job(JobKind.CRON, 0, "f"))
                raise RuntimeError("on purpose")

        with pytest.raises(RuntimeError, match="on purpose"):
            fail_halfway()

        assert jobs.load_all(database) == []
        assert heard == []
        database.close()

    def test_jobs_are_told_after_the_commit_with_their_ids(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "a.db")
        heard: list[Job] = []
        database.on_commit = heard.extend

        with database.transaction() as work:
            work.add_job(Job(JobKind.CRON, 5, "f", subject="s"))
            assert heard == []

        assert heard == jobs.load_all(database)
        database.close()

    def test_a_file_has_one_writer(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "a.db")

        with pytest.raises(DatabaseInUseError, match="another engine"):
            Database(tmp_path / "a.db")

        database.close()
        Database(tmp_path / "a.db").close()


class TestWaits:
    EXPRESSION = "async.data.id == event.data.id"

    def _listen(self, work: Transaction, count: int) -> None:
        for number in range(count):
            event = Event(f"e{number}", "e", "start", {"id": number}, START_MS)
            waits.add_wait(
                work,
                run_id=f"r{number}",
                step_id="s",
                event_name="go",
                expression=self.EXPRESSION,
                equality=equality_key(self.EXPRESSION, event),
                expires_ms=START_MS + 1,
            )

    def test_only_those_with_the_value_are_looked_at(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "a.db")
        with database.transaction() as work:
            self._listen(work, 5_000)
            found = waits.candidates(work, PROBE, START_MS)

        assert [wait.run_id for wait in found] == ["r4321"]
        database.close()

    def test_are_found_through_the_index(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "a.db")
        statements: list[str] = []
        with database.transaction() as work:
            self._listen(work, 10)
            work._connection.set_trace_callback(statements.append)
            waits.candidates(work, PROBE, START_MS)
            work._connection.set_trace_callback(None)
            plans = [
                row[3]
                for statement in statements
                for row in work.execute(f"EXPLAIN QUERY PLAN {statement}")
            ]

        assert len(plans) >= 2
        assert all("waits_by_match" in plan for plan in plans)
        database.close()

    def test_an_expired_one_hears_nothing(self, tmp_path: Path) -> None:
        database = Database(tmp_path / "a.db")
        with database.transaction() as work:
            self._listen(work, 5_000)
            assert waits.candidates(work, PROBE, START_MS + 1) == []
        database.close()


class TestSteps:
    def test_the_run_goes_on_when_no_step_is_pending(self, bench: Bench, run: Run) -> None:
        with bench.database.transaction() as work:
            report(work, pending(run.id, "a"))
            report(work, pending(run.id, "b"))
            finish_step(work, run, "a", StepStatus.COMPLETED, data_memo(1), START_MS)
            assert work.new_jobs == []
            finish_step(work, run, "b", StepStatus.COMPLETED, data_memo(2), START_MS)

        assert [job.kind for job in work.new_jobs] == [JobKind.CALL]
        assert steps.memos_of_run(bench.database, run.id) == {
            "a": b'{"data":1}',
            "b": b'{"data":2}',
        }

    def test_in_a_race_it_goes_on_after_each(self, bench: Bench, run: Run) -> None:
        with bench.database.transaction() as work:
            report(work, pending(run.id, "a", race=True))
            report(work, pending(run.id, "b", race=True))
            finish_step(work, run, "a", StepStatus.COMPLETED, data_memo(1), START_MS)

        assert [job.kind for job in work.new_jobs] == [JobKind.CALL]

    def test_a_memo_is_never_changed(self, bench: Bench, run: Run) -> None:
        with bench.database.transaction() as work:
            report(work, pending(run.id, "a"))
            finish_step(work, run, "a", StepStatus.COMPLETED, data_memo("first"), START_MS)
            finish_step(work, run, "a", StepStatus.TIMED_OUT, b"null", START_MS)

        assert steps.memos_of_run(bench.database, run.id) == {"a": b'{"data":"first"}'}

    def test_a_run_has_a_thousand_steps_at_most(self, bench: Bench, run: Run) -> None:
        with bench.database.transaction() as work:
            for number in range(1_000):
                report(work, pending(run.id, f"s{number}"))
            with pytest.raises(RunFailedError, match="1000 steps"):
                report(work, pending(run.id, "one more"))

    def test_an_output_has_a_size_limit(self, bench: Bench, run: Run) -> None:
        with bench.database.transaction() as work:
            report(work, pending(run.id, "a"))
            memo = data_memo("x" * STEP_OUTPUT_MAX_BYTES)
            with pytest.raises(RunFailedError, match=str(STEP_OUTPUT_MAX_BYTES)):
                finish_step(work, run, "a", StepStatus.COMPLETED, memo, START_MS)

    def test_a_state_has_a_size_limit(self, bench: Bench, run: Run) -> None:
        memo = data_memo("x" * (STEP_OUTPUT_MAX_BYTES - 100))
        with bench.database.transaction() as work:
            for number in range(8):
                report(work, pending(run.id, f"s{number}"))
                finish_step(work, run, f"s{number}", StepStatus.COMPLETED, memo, START_MS)
            report(work, pending(run.id, "s8"))
            with pytest.raises(RunFailedError, match=str(RUN_STATE_MAX_BYTES)):
                finish_step(work, run, "s8", StepStatus.COMPLETED, memo, START_MS)


def test_what_is_old_is_forgotten_and_what_is_needed_is_kept(bench: Bench, run: Run) -> None:
    bench.send("unheard")
    bench.send("f", number=2)
    [_, other] = bench.runs()
    with bench.database.transaction() as work:
        runs.mark_ended(work, run.id, RunStatus.COMPLETED, b"1", START_MS)
    bench.advance(timedelta(days=1))
    bench.send("recent")

    with bench.database.transaction() as work:
        runs.drop_ended(work, bench.clock.ms)

    assert [found.id for found in bench.runs()] == [other.id]
    names = [stored.event.name for stored in events.list_events(bench.database)]
    assert names == ["recent", "f"]


def test_expired_keys_are_forgotten(bench: Bench) -> None:
    with bench.database.transaction() as work:
        assert flow.claim_key(work, "f", "k", now_ms=0, period_ms=10)
        assert not flow.claim_key(work, "f", "k", now_ms=9, period_ms=10)
        flow.drop_expired(work, 10)

    assert bench.database.query("SELECT count(*) FROM idempotency").fetchone() == (0,)
