"""From events to runs, with time moved by hand."""

from datetime import timedelta

import pytest
from blacklight_devstack.engine.model import JobKind, RunStatus
from blacklight_devstack.engine.registration import SyncRequest
from pydantic import ValidationError

from .bench import START_MS, Bench

SECOND = timedelta(seconds=1)


class TestMatching:
    @pytest.mark.parametrize(
        ("trigger", "name", "fits"),
        [
            ("user/created", "user/created", True),
            ("user/*", "user/created", True),
            ("user/*", "user/created.twice", True),
            ("user/created.*", "user/created.twice", True),
            ("user/created", "user/created.twice", False),
            ("user/*", "users/created", False),
        ],
    )
    def test_names_are_exact_or_patterns(
        self, bench: Bench, trigger: str, name: str, fits: bool
    ) -> None:
        bench.register({"id": "f", "triggers": [{"event": trigger}]})

        bench.send(name)

        assert len(bench.runs()) == int(fits)

    def test_a_function_that_left_its_app_is_not_triggered(self, bench: Bench) -> None:
        bench.register({"id": "old"}, {"id": "kept"})
        bench.register({"id": "kept"})

        bench.send("old")
        bench.send("kept")

        assert [run.fn_id for run in bench.runs()] == ["app-kept"]

    def test_an_event_of_the_future_starts_its_run_then(self, bench: Bench) -> None:
        bench.register({"id": "f"})
        event = bench.send("f")
        assert bench.jobs(JobKind.CALL)[0].due_ms == START_MS

        bench.clock.ms -= 60_000
        bench.engine.publish([type(event)("later", "later", "f", {}, START_MS)])

        assert bench.jobs(JobKind.CALL)[1].due_ms == START_MS

    def test_the_same_event_taken_twice_counts_once(self, bench: Bench) -> None:
        bench.register({"id": "f"})
        event = bench.send("f")

        bench.engine.publish([event])

        assert len(bench.runs()) == 1


class TestIdempotency:
    def test_a_key_is_held_for_a_day(self, bench: Bench) -> None:
        bench.register({"id": "f", "idempotency": "event.data.key"})
        for elapsed in (timedelta(0), timedelta(hours=23, minutes=59), timedelta(minutes=1)):
            bench.advance(elapsed)
            bench.send("f", key="a")

        assert len(bench.runs()) == 2

    def test_an_event_id_counts_per_function(self, bench: Bench) -> None:
        bench.register({"id": "f"}, {"id": "g", "triggers": [{"event": "f"}]})

        bench.send("f", id="once")
        bench.send("f", id="once")

        assert sorted(run.fn_id for run in bench.runs()) == ["app-f", "app-g"]


class TestRateLimit:
    def test_capacity_comes_back_with_time(self, bench: Bench) -> None:
        bench.register({"id": "f", "rateLimit": {"limit": 2, "period": "60s"}})

        for number in range(4):
            bench.send("f", number=number)
            bench.advance(15 * SECOND)

        assert [bench.numbers(run) for run in bench.runs()] == [[0], [2]]

    def test_a_key_that_is_false_is_not_limited(self, bench: Bench) -> None:
        bench.register(
            {"id": "f", "rateLimit": {"limit": 1, "period": "60s", "key": "event.data.limited"}}
        )

        for _ in range(3):
            bench.send("f", limited=False)

        assert len(bench.runs()) == 3


class TestDebounce:
    def test_each_event_postpones_the_run(self, bench: Bench) -> None:
        bench.register({"id": "f", "debounce": {"period": "10s"}})
        for number in range(3):
            bench.send("f", number=number)
            bench.advance(9 * SECOND)
        assert bench.runs() == []

        bench.advance(SECOND)

        [run] = bench.runs()
        assert bench.numbers(run) == [2]

    def test_but_not_beyond_its_timeout(self, bench: Bench) -> None:
        bench.register({"id": "f", "debounce": {"period": "10s", "timeout": "25s"}})
        for number in range(4):
            bench.send("f", number=number)
            bench.advance(9 * SECOND)

        [run] = bench.runs()
        assert run.queued_ms == START_MS + 25_000
        assert bench.numbers(run) == [2]

    def test_survives_a_restart(self, bench: Bench) -> None:
        bench.register({"id": "f", "debounce": {"period": "10s"}})
        bench.send("f", number=1)

        bench.restart()
        bench.send("f", number=2)
        bench.advance(10 * SECOND)

        assert [bench.numbers(run) for run in bench.runs()] == [[2]]


class TestBatch:
    def test_runs_at_once_when_full(self, bench: Bench) -> None:
        bench.register({"id": "f", "batchEvents": {"maxSize": 2, "timeout": "10s"}})

        for number in range(5):
            bench.send("f", number=number)

        assert [bench.numbers(run) for run in bench.runs()] == [[0, 1], [2, 3]]
        assert len(bench.jobs(JobKind.BATCH)) == 1

    def test_runs_what_is_there_when_the_time_is_up(self, bench: Bench) -> None:
        bench.register({"id": "f", "batchEvents": {"maxSize": 9, "timeout": "10s"}})
        bench.send("f", number=1)
        bench.advance(9 * SECOND)
        bench.send("f", number=2)
        bench.restart()
        bench.advance(SECOND)

        [run] = bench.runs()
        assert bench.numbers(run) == [1, 2]
        assert run.queued_ms == START_MS + 10_000

    def test_an_event_that_does_not_fit_its_condition_runs_alone(self, bench: Bench) -> None:
        config = {"maxSize": 9, "timeout": "10s", "if": "event.data.urgent != true"}
        bench.register({"id": "f", "batchEvents": config})
        bench.send("f", number=1)
        bench.send("f", number=2, urgent=True)

        assert [bench.numbers(run) for run in bench.runs()] == [[2]]


HOURLY = {"id": "f", "triggers": [{"cron": "0 * * * *"}]}


class TestCron:
    def test_fires_at_its_times(self, bench: Bench) -> None:
        bench.register(HOURLY)

        bench.advance(timedelta(hours=3))

        runs = bench.runs()
        assert [run.queued_ms % 3_600_000 for run in runs] == [0, 0, 0]
        assert {run.cron for run in runs} == {"0 * * * *"}

    def test_a_time_missed_by_less_than_a_minute_is_made_up_for(self, bench: Bench) -> None:
        bench.register(HOURLY)
        [job] = bench.jobs(JobKind.CRON)
        bench.clock.ms = job.due_ms + 59_000

        bench.restart()
        bench.advance(SECOND)

        assert len(bench.runs()) == 1

    def test_a_time_missed_by_more_is_not(self, bench: Bench) -> None:
        bench.register(HOURLY)
        [job] = bench.jobs(JobKind.CRON)
        bench.clock.ms = job.due_ms + 5 * 3_600_000 + 61_000

        bench.restart()
        bench.advance(SECOND)

        assert bench.runs() == []
        assert bench.jobs(JobKind.CRON)[0].due_ms == job.due_ms + 6 * 3_600_000

    def test_a_new_sync_replaces_the_schedule(self, bench: Bench) -> None:
        bench.register(HOURLY)
        before = bench.jobs(JobKind.CRON)
        assert not bench.register(HOURLY)
        assert bench.jobs(JobKind.CRON) == before

        assert bench.register({"id": "f", "triggers": [{"cron": "30 * * * *"}]})

        assert [job.subject for job in bench.jobs(JobKind.CRON)] == ["30 * * * *"]


class TestEndings:
    def test_a_start_that_takes_too_long_is_cancelled(self, bench: Bench) -> None:
        bench.register({"id": "f", "timeouts": {"start": "5s"}})
        bench.send("f")
        bench.advance(5 * SECOND)

        [run] = bench.runs()
        assert run.status is RunStatus.CANCELLED
        assert bench.jobs(JobKind.CALL) == []

    def test_a_cancel_trigger_hears_events_until_it_expires(self, bench: Bench) -> None:
        bench.register({"id": "f", "cancel": [{"event": "stop", "timeout": "10s"}]})
        bench.send("f")
        bench.advance(10 * SECOND)
        bench.send("stop")
        bench.advance(SECOND)
        bench.send("f")
        bench.send("stop")

        assert [run.status for run in bench.runs()] == [RunStatus.QUEUED, RunStatus.CANCELLED]

    def test_a_run_can_be_started_again_on_its_events(self, bench: Bench) -> None:
        bench.register({"id": "f", "batchEvents": {"maxSize": 2}})
        bench.send("f", number=1)
        bench.send("f", number=2)
        [run] = bench.runs()
        bench.engine.cancel(run.id)

        new_id = bench.engine.rerun(run.id)

        [_, again] = bench.runs()
        assert (again.id, again.rerun_of, again.status) == (new_id, run.id, RunStatus.QUEUED)
        assert bench.numbers(again) == [1, 2]


class TestRegistration:
    @pytest.mark.parametrize(
        ("config", "field"),
        [
            ({"triggers": []}, "triggers"),
            ({"triggers": [{"cron": "every day"}]}, "cron"),
            ({"triggers": [{"event": "a", "expression": "a &&"}]}, "expression"),
            ({"triggers": [{"expression": "true"}]}, "triggers"),
            ({"concurrency": [{"limit": -1}]}, "concurrency"),
            ({"concurrency": [{"limit": 1, "scope": "galaxy"}]}, "scope"),
            ({"throttle": {"limit": 1, "period": "soon"}}, "period"),
            ({"batchEvents": {"maxSize": 0}}, "maxSize"),
            ({"singleton": {"mode": "wait"}}, "mode"),
        ],
    )
    def test_what_is_wrong_is_named(
        self, bench: Bench, config: dict[str, object], field: str
    ) -> None:
        with pytest.raises(ValidationError, match=field):
            bench.register({"id": "f", **config})

    def test_a_plain_number_is_a_concurrency_limit(self, bench: Bench) -> None:
        bench.register({"id": "f", "concurrency": 3})
        bench.send("f")

        [run] = bench.runs()
        assert [limit.slots for limit in run.lane.limits] == [3]

    def test_an_app_needs_functions(self) -> None:
        with pytest.raises(ValidationError, match="functions"):
            SyncRequest.model_validate({"url": "http://x", "appname": "a", "functions": []})
