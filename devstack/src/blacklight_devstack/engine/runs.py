"""The life of a run from its queueing to its end."""

from collections.abc import Sequence
from dataclasses import replace

import orjson

from blacklight_devstack.engine.clock import Clock
from blacklight_devstack.engine.durations import parse_deadline_ms, parse_duration_ms
from blacklight_devstack.engine.expressions import equality_key, evaluate, key_of
from blacklight_devstack.engine.ids import new_id
from blacklight_devstack.engine.model import (
    FUNCTION_CANCELLED,
    FUNCTION_FAILED,
    FUNCTION_FINISHED,
    SCHEDULED_TIMER,
    Event,
    Job,
    JobKind,
    Lane,
    Limit,
    Run,
    RunStatus,
    SdkError,
    StepStatus,
    Throttle,
)
from blacklight_devstack.engine.registry import Function
from blacklight_devstack.engine.steps import RunFailedError, data_memo, error_memo, finish_step
from blacklight_devstack.engine.store import events, jobs, runs, waits
from blacklight_devstack.engine.store.database import Transaction

_PRIORITY_MAX_S = 600
_CANCEL_LISTENS_MS = 365 * 24 * 3_600_000
_LIFECYCLE_EVENTS = (FUNCTION_FAILED, FUNCTION_FINISHED)
_CANCELLED = SdkError("Cancelled", "The function run was cancelled.")


class Runs:
    """Starts and ends runs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def start(
        self,
        work: Transaction,
        function: Function,
        trigger_events: Sequence[Event],
        *,
        singleton_key: str | None = None,
        rerun_of: str | None = None,
    ) -> Run:
        """Queue a run of a function on one event, or on the events of a batch."""
        now_ms = self._clock.now_ms()
        event = trigger_events[0]
        run = Run(
            id=new_id(now_ms),
            fn_id=function.id,
            app_id=function.app_id,
            status=RunStatus.QUEUED,
            queued_ms=now_ms,
            lane=_lane(function, event),
            priority_ms=_priority_ms(function, event),
            singleton_key=singleton_key,
            rerun_of=rerun_of,
            cron=str(event.data.get("cron")) if event.name == SCHEDULED_TIMER else None,
        )
        runs.add_run(work, run, trigger_events)
        work.add_job(jobs.call_job(run, due_ms=max(now_ms, event.ts_ms)))
        self._listen_for_cancels(work, function, run, event)
        self._limit_start(work, function, run)
        return run

    def rerun(self, work: Transaction, function: Function, run: Run) -> Run:
        """Queue a new run on the events of an old one."""
        return self.start(work, function, events.events_of_run(work, run.id), rerun_of=run.id)

    def mark_started(self, work: Transaction, function: Function, run: Run) -> Run:
        """Note that the first call goes out, which starts the run's finish timeout."""
        now_ms = self._clock.now_ms()
        runs.mark_started(work, run.id, now_ms)
        jobs.remove_of_run(work, run.id, JobKind.START_TIMEOUT)
        timeouts = function.config.timeouts
        if timeouts is not None and timeouts.finish is not None:
            due_ms = now_ms + parse_duration_ms(timeouts.finish)
            work.add_job(Job(JobKind.FINISH_TIMEOUT, due_ms, run.fn_id, run.id))
        return replace(run, status=RunStatus.RUNNING, started_ms=now_ms)

    def complete(self, work: Transaction, run: Run, output: bytes) -> None:
        """End a run with the function's return value as JSON."""
        self._end(work, run, RunStatus.COMPLETED, output, error=None)

    def fail(self, work: Transaction, run: Run, error: SdkError) -> None:
        """End a run with an error, which calls its ``on_failure``."""
        self._end(work, run, RunStatus.FAILED, orjson.dumps(error.as_dict()), error)

    def cancel(self, work: Transaction, run_id: str) -> bool:
        """End a run from outside; False when it has ended already or is unknown."""
        run = runs.get_run(work, run_id)
        if run is None or run.ended:
            return False
        self._end(work, run, RunStatus.CANCELLED, None, _CANCELLED)
        return True

    def answer_invocation(
        self, work: Transaction, event_id: str, output: bytes | None, error: SdkError | None
    ) -> None:
        """Give the run that invoked a function its result."""
        invocation = waits.take_invocation(work, event_id)
        parent = runs.get_run(work, invocation.run_id) if invocation else None
        if invocation is None or parent is None:
            return
        if error is None:
            memo = data_memo(orjson.Fragment(output or b"null"))
            self.finish_step(work, parent, invocation.step_id, StepStatus.COMPLETED, memo)
        else:
            self.finish_step(work, parent, invocation.step_id, StepStatus.FAILED, error_memo(error))

    def finish_step(
        self, work: Transaction, run: Run, step_id: str, status: StepStatus, memo: bytes
    ) -> None:
        """Memoise a step that ended outside a call; a run that goes over a limit fails."""
        try:
            finish_step(work, run, step_id, status, memo, self._clock.now_ms())
        except RunFailedError as failure:
            self.fail(work, run, failure.error)

    def _listen_for_cancels(
        self, work: Transaction, function: Function, run: Run, event: Event
    ) -> None:
        for cancel in function.config.cancel:
            expires_ms = run.queued_ms + _CANCEL_LISTENS_MS
            if cancel.timeout is not None:
                expires_ms = parse_deadline_ms(cancel.timeout, run.queued_ms)
            waits.add_wait(
                work,
                run_id=run.id,
                step_id=None,
                event_name=cancel.event,
                expression=cancel.condition,
                equality=equality_key(cancel.condition, event),
                expires_ms=expires_ms,
            )

    def _limit_start(self, work: Transaction, function: Function, run: Run) -> None:
        timeouts = function.config.timeouts
        if timeouts is not None and timeouts.start is not None:
            due_ms = run.queued_ms + parse_duration_ms(timeouts.start)
            work.add_job(Job(JobKind.START_TIMEOUT, due_ms, run.fn_id, run.id))

    def _end(
        self,
        work: Transaction,
        run: Run,
        status: RunStatus,
        output: bytes | None,
        error: SdkError | None,
    ) -> None:
        now_ms = self._clock.now_ms()
        runs.mark_ended(work, run.id, status, output, now_ms)
        trigger_events = events.events_of_run(work, run.id)
        for event in trigger_events:
            self.answer_invocation(work, event.internal_id, output, error)
        if trigger_events[0].name in _LIFECYCLE_EVENTS:
            return
        data = _end_data(run, status, trigger_events, output, error)
        work.add_event(_internal_event(FUNCTION_FINISHED, new_id(now_ms), data, now_ms))
        if status is RunStatus.FAILED:
            work.add_event(_internal_event(FUNCTION_FAILED, run.id, data, now_ms))
        elif status is RunStatus.CANCELLED:
            work.add_event(_internal_event(FUNCTION_CANCELLED, run.id, data, now_ms))


def _lane(function: Function, event: Event) -> Lane:
    limits = []
    for concurrency in function.config.concurrency:
        owner = function.id if concurrency.scope == "fn" else concurrency.scope
        key = "" if concurrency.key is None else key_of(concurrency.key, event)
        limits.append(Limit(f"{owner}:{concurrency.key}:{key}", concurrency.limit))
    throttle = None
    if (config := function.config.throttle) is not None:
        key = "" if config.key is None else key_of(config.key, event)
        throttle = Throttle(
            key=f"throttle:{function.id}:{key}",
            limit=config.limit,
            period_ms=parse_duration_ms(config.period),
            burst=config.burst,
        )
    return Lane(function.app_id, tuple(limits), throttle)


def _priority_ms(function: Function, event: Event) -> int:
    priority = function.config.priority
    if priority is None or priority.run is None:
        return 0
    seconds = evaluate(priority.run, event)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return 0
    return round(max(-_PRIORITY_MAX_S, min(_PRIORITY_MAX_S, seconds)) * 1000)


def _end_data(
    run: Run,
    status: RunStatus,
    trigger_events: Sequence[Event],
    output: bytes | None,
    error: SdkError | None,
) -> dict[str, object]:
    data: dict[str, object] = {
        "function_id": run.fn_id,
        "run_id": run.id,
        "event": trigger_events[0].as_dict(),
        "events": [event.as_dict() for event in trigger_events],
        "_inngest": {"status": status.title()},
    }
    if error is not None:
        data["error"] = error.as_dict()
    elif output is not None:
        data["result"] = orjson.loads(output)
    return data


def _internal_event(name: str, event_id: str, data: dict[str, object], now_ms: int) -> Event:
    return Event(internal_id=new_id(now_ms), id=event_id, name=name, data=data, ts_ms=now_ms)
