"""One call to an SDK: what is sent, and what follows from the answer."""

import logging
import random
from dataclasses import dataclass
from datetime import timedelta

import orjson

from blacklight_devstack.engine.clock import Clock
from blacklight_devstack.engine.durations import parse_deadline_ms, parse_duration_ms
from blacklight_devstack.engine.expressions import ExpressionError, check_expression, equality_key
from blacklight_devstack.engine.ids import new_id
from blacklight_devstack.engine.model import (
    FUNCTION_INVOKED,
    REQUEST_MAX_BYTES,
    Event,
    Job,
    JobKind,
    Run,
    SdkError,
    Step,
    StepStatus,
)
from blacklight_devstack.engine.options import EngineOptions
from blacklight_devstack.engine.outcomes import (
    Completed,
    Errored,
    Opcode,
    Outcome,
    Reported,
    Unreachable,
)
from blacklight_devstack.engine.registry import Function, Registry
from blacklight_devstack.engine.runs import Runs
from blacklight_devstack.engine.steps import (
    RunFailedError,
    data_memo,
    error_memo,
    finish_step,
    report,
)
from blacklight_devstack.engine.store import events, jobs, runs, steps, waits
from blacklight_devstack.engine.store.database import Database, Transaction
from blacklight_devstack.engine.workers import Workers

_log = logging.getLogger(__name__)

UNREACHABLE_GRACE = timedelta(minutes=3)
"""How long a call that reaches nobody is repeated without counting as an attempt."""

_BACKOFF_S = (15, 30, 60, 120, 300, 600, 1_200, 2_400, 3_600, 7_200)
_BACKOFF_JITTER_S = 30.0
_INVOKE_TIMEOUT = timedelta(days=365)
_STEP_RUN_REPORTS = ("Step", "StepPlanned", "StepError", "StepFailed")


@dataclass(frozen=True, slots=True)
class _Call:
    job: Job
    run: Run
    function: Function
    body: bytes
    started_ms: int


class Executor:
    """Makes calls and applies their outcomes, each in one transaction."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        registry: Registry,
        runs_: Runs,
        workers: Workers,
        options: EngineOptions,
    ) -> None:
        self._database = database
        self._clock = clock
        self._registry = registry
        self._runs = runs_
        self._workers = workers
        self._options = options
        self._unreachable_since_ms: dict[int, int] = {}

    async def execute(self, job: Job) -> Job | None:
        """Make a call; returns the job if nobody could be reached and it is to be tried again."""
        call = self._prepare(job)
        if call is None:
            return None
        outcome = await self._workers.call(
            call.run.app_id, call.run.fn_id, job.step_id, call.body, _headers(call)
        )
        if isinstance(outcome, Unreachable):
            if self._within_grace(job, outcome):
                return job
            outcome = Errored(SdkError("Unreachable", outcome.reason))
        self._unreachable_since_ms.pop(job.id, None)
        self._apply(call, outcome)
        return None

    def _prepare(self, job: Job) -> _Call | None:
        with self._database.transaction() as work:
            run = runs.get_run(work, job.run_id or "")
            if run is None or run.ended or not jobs.exists(work, job.id):
                return None
            function = self._registry.find(run.fn_id)
            if function is None:
                error = SdkError("FunctionNotFound", f"function {run.fn_id} is not known any more")
                self._runs.fail(work, run, error)
                return None
            if run.started_ms is None:
                run = self._runs.mark_started(work, function, run)
            body = _body(work, run, function, job)
        return _Call(job, run, function, body, self._clock.now_ms())

    def _within_grace(self, job: Job, outcome: Unreachable) -> bool:
        now_ms = self._clock.now_ms()
        since_ms = self._unreachable_since_ms.setdefault(job.id, now_ms)
        if since_ms == now_ms:
            _log.warning("waiting for a worker: %s", outcome.reason)
        return now_ms - since_ms < UNREACHABLE_GRACE.total_seconds() * 1000

    def _apply(self, call: _Call, outcome: Outcome) -> None:
        with self._database.transaction() as work:
            run = runs.get_run(work, call.run.id)
            if run is None or run.ended or not jobs.exists(work, call.job.id):
                return
            self._record(work, call, outcome)
            match outcome:
                case Completed(output):
                    self._runs.complete(work, run, output)
                case Errored():
                    self._retry_or_fail(work, call, outcome)
                case Reported():
                    self._take_reported(work, call, run, outcome)

    def _record(self, work: Transaction, call: _Call, outcome: Outcome) -> None:
        step_id = call.job.step_id
        if isinstance(outcome, Reported) and len(outcome.opcodes) == 1:
            step_id = outcome.opcodes[0].id
        attempt = runs.Attempt(
            run_id=call.run.id,
            step_id=step_id,
            attempt=call.job.attempt,
            started_ms=call.started_ms,
            ended_ms=self._clock.now_ms(),
            outcome=_describe(outcome),
        )
        runs.add_attempt(work, attempt)

    def _retry_or_fail(self, work: Transaction, call: _Call, outcome: Errored) -> None:
        if outcome.no_retry or not self._retry(work, call, outcome.retry_at_ms):
            self._runs.fail(work, call.run, outcome.error)

    def _retry(self, work: Transaction, call: _Call, retry_at_ms: int | None) -> bool:
        attempt = call.job.attempt + 1
        if attempt >= call.function.config.max_attempts:
            return False
        due_ms = retry_at_ms or self._clock.now_ms() + self._backoff_ms(call.job.attempt)
        jobs.postpone(work, call.job, due_ms=due_ms, attempt=attempt)
        return True

    def _backoff_ms(self, attempt: int) -> int:
        if self._options.retry_interval is not None:
            return round(self._options.retry_interval.total_seconds() * 1000)
        pause_s = _BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)]
        return round((pause_s + random.uniform(0, _BACKOFF_JITTER_S)) * 1000)  # noqa: S311 - jitter

    def _take_reported(self, work: Transaction, call: _Call, run: Run, outcome: Reported) -> None:
        first = outcome.opcodes[0]
        may_retry = first.op == "StepError" and not outcome.no_retry
        if may_retry and self._retry(work, call, retry_at_ms=None):
            return
        jobs.remove(work, call.job.id)
        if len(outcome.opcodes) > 1:
            runs.set_plan_steps(work, run.id, True)
        try:
            for opcode in outcome.opcodes:
                self._take_opcode(work, run, opcode)
        except RunFailedError as failure:
            self._runs.fail(work, run, failure.error)

    def _take_opcode(self, work: Transaction, run: Run, opcode: Opcode) -> None:
        now_ms = self._clock.now_ms()
        is_new = report(work, _step(run, opcode, now_ms))
        if opcode.op in ("StepRun", "Step"):
            memo = data_memo(opcode.data)
            finish_step(work, run, opcode.id, StepStatus.COMPLETED, memo, now_ms)
        elif opcode.op in ("StepError", "StepFailed"):
            memo = error_memo(opcode.error or SdkError("Error", "the step failed"))
            finish_step(work, run, opcode.id, StepStatus.FAILED, memo, now_ms)
        elif is_new:
            self._begin_step(work, run, opcode)

    def _begin_step(self, work: Transaction, run: Run, opcode: Opcode) -> None:
        match opcode.op:
            case "StepPlanned":
                now_ms = self._clock.now_ms()
                work.add_job(jobs.call_job(run, due_ms=now_ms, step_id=opcode.id))
            case "Sleep":
                self._sleep(work, run, opcode)
            case "WaitForEvent":
                self._wait_for_event(work, run, opcode)
            case "InvokeFunction":
                self._invoke(work, run, opcode)
            case _:
                raise RunFailedError(
                    "UnsupportedStep", f"the local engine does not run {opcode.op} steps"
                )

    def _sleep(self, work: Transaction, run: Run, opcode: Opcode) -> None:
        due_ms = self._deadline_ms(opcode.opts.get("duration") or opcode.name)
        work.add_job(Job(JobKind.SLEEP, due_ms, run.fn_id, run.id, opcode.id))

    def _wait_for_event(self, work: Transaction, run: Run, opcode: Opcode) -> None:
        expression = opcode.opts.get("if")
        try:
            if expression is not None:
                check_expression(expression)
        except ExpressionError as error:
            raise RunFailedError("CompileError", str(error)) from error
        expires_ms = self._deadline_ms(opcode.opts["timeout"])
        waits.add_wait(
            work,
            run_id=run.id,
            step_id=opcode.id,
            event_name=opcode.opts.get("event") or opcode.name,
            expression=expression,
            equality=equality_key(expression, events.first_event_of_run(work, run.id)),
            expires_ms=expires_ms,
        )
        work.add_job(Job(JobKind.WAIT_TIMEOUT, expires_ms, run.fn_id, run.id, opcode.id))

    def _invoke(self, work: Transaction, run: Run, opcode: Opcode) -> None:
        now_ms = self._clock.now_ms()
        payload = opcode.opts.get("payload") or {}
        event = invocation_event(
            opcode.opts["function_id"],
            payload.get("data") or {},
            now_ms,
            correlation_id=f"{run.id}.{opcode.id}",
        )
        waits.add_invocation(work, event.internal_id, waits.Invocation(run.id, opcode.id))
        due_ms = now_ms + round(_INVOKE_TIMEOUT.total_seconds() * 1000)
        if (timeout := opcode.opts.get("timeout")) is not None:
            due_ms = now_ms + parse_duration_ms(timeout)
        work.add_job(Job(JobKind.WAIT_TIMEOUT, due_ms, run.fn_id, run.id, opcode.id))
        work.add_event(event)

    def _deadline_ms(self, text: str) -> int:
        try:
            return parse_deadline_ms(text, self._clock.now_ms())
        except ValueError as error:
            raise RunFailedError("InvalidDuration", str(error)) from error


def invocation_event(
    fn_id: str, data: dict[str, object], now_ms: int, *, correlation_id: str | None = None
) -> Event:
    """The event that calls one function directly."""
    event_id = new_id(now_ms)
    meta = {"fn_id": fn_id, "correlation_id": correlation_id}
    return Event(
        internal_id=event_id,
        id=event_id,
        name=FUNCTION_INVOKED,
        data={**data, "_inngest": meta},
        ts_ms=now_ms,
    )


def _body(work: Transaction, run: Run, function: Function, job: Job) -> bytes:
    memos = steps.memos_of_run(work, run.id)
    bodies = [orjson.Fragment(body) for body in events.event_bodies_of_run(work, run.id)]
    request = {
        "event": bodies[0],
        "events": bodies,
        "steps": {step_id: orjson.Fragment(memo) for step_id, memo in memos.items()},
        "ctx": {
            "run_id": run.id,
            "fn_id": run.fn_id,
            "step_id": job.step_id or "step",
            "attempt": job.attempt,
            "max_attempts": function.config.max_attempts,
            "disable_immediate_execution": run.plan_steps,
            "use_api": False,
            "stack": {"stack": list(memos), "current": len(memos)},
        },
        "version": 1,
        "use_api": False,
    }
    body = orjson.dumps(request)
    if len(body) <= REQUEST_MAX_BYTES:
        return body
    return orjson.dumps(request | {"events": [], "steps": {}, "use_api": True})


def _headers(call: _Call) -> dict[str, str]:
    return {
        "x-run-id": call.run.id,
        "x-request-id": new_id(call.started_ms),
        "x-inngest-job-id": str(call.job.id),
    }


def _step(run: Run, opcode: Opcode, now_ms: int) -> Step:
    return Step(
        run_id=run.id,
        id=opcode.id,
        name=opcode.label,
        op="StepRun" if opcode.op in _STEP_RUN_REPORTS else opcode.op,
        status=StepStatus.PENDING,
        started_ms=now_ms,
        race=opcode.race,
        opts=orjson.dumps(opcode.opts) if opcode.opts else None,
    )


def _describe(outcome: Outcome) -> str:
    match outcome:
        case Completed():
            return "returned"
        case Errored(error):
            return f"error: {error.name}: {error.message}"
        case Reported((Opcode(error=SdkError() as error),)):
            return f"step error: {error.name}: {error.message}"
        case Reported(opcodes):
            return ", ".join(f"{opcode.op} {opcode.label}" for opcode in opcodes[:20])
        case Unreachable(reason):
            return f"unreachable: {reason}"
