"""What happens when something other than a call is due."""

from blacklight_devstack.engine.clock import Clock
from blacklight_devstack.engine.cron import MISSED_GRACE_MS, next_time_ms
from blacklight_devstack.engine.ids import new_id
from blacklight_devstack.engine.model import (
    SCHEDULED_TIMER,
    Event,
    Job,
    JobKind,
    SdkError,
    StepStatus,
)
from blacklight_devstack.engine.registry import Function, Registry
from blacklight_devstack.engine.runs import Runs
from blacklight_devstack.engine.steps import error_memo
from blacklight_devstack.engine.store import events, jobs, runs, steps
from blacklight_devstack.engine.store.database import Database, Transaction
from blacklight_devstack.engine.triggers import Triggers

_NULL = b"null"
_INVOKE_TIMED_OUT = SdkError(
    "InngestInvokeTimeout", "Timed out waiting for invoked function to complete"
)


class Timers:
    """Wakes sleeping steps, ends waits and runs whose time is up, and fires cron schedules."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        registry: Registry,
        runs_: Runs,
        triggers: Triggers,
    ) -> None:
        self._database = database
        self._clock = clock
        self._registry = registry
        self._runs = runs_
        self._triggers = triggers

    def fire(self, job: Job) -> None:
        """Do a job that is due; one that was dropped meanwhile is ignored."""
        with self._database.transaction() as work:
            if not jobs.remove(work, job.id):
                return
            match job.kind:
                case JobKind.SLEEP | JobKind.WAIT_TIMEOUT:
                    self._wake(work, job)
                case JobKind.START_TIMEOUT | JobKind.FINISH_TIMEOUT:
                    self._runs.cancel(work, job.run_id or "")
                case JobKind.BATCH | JobKind.DEBOUNCE | JobKind.CRON:
                    self._trigger(work, job)

    def plan_crons(self, work: Transaction) -> None:
        """Make the stored cron jobs fit the schedules of the functions as they are synced now."""
        wanted = {
            (function.id, schedule)
            for function in self._registry.active()
            for schedule in function.config.crons
        }
        for job in jobs.by_kind(work, JobKind.CRON):
            schedule = (job.fn_id, job.subject or "")
            if schedule in wanted:
                wanted.remove(schedule)
            else:
                jobs.remove(work, job.id)
        for fn_id, cron in sorted(wanted):
            self._plan_cron(work, fn_id, cron)

    def _wake(self, work: Transaction, job: Job) -> None:
        run = runs.get_run(work, job.run_id or "")
        step = steps.get_step(work, job.run_id or "", job.step_id or "")
        if run is None or step is None:
            return
        if step.op == "InvokeFunction":
            memo = error_memo(_INVOKE_TIMED_OUT)
            self._runs.finish_step(work, run, step.id, StepStatus.TIMED_OUT, memo)
        elif step.op == "WaitForEvent":
            self._runs.finish_step(work, run, step.id, StepStatus.TIMED_OUT, _NULL)
        else:
            self._runs.finish_step(work, run, step.id, StepStatus.COMPLETED, _NULL)

    def _trigger(self, work: Transaction, job: Job) -> None:
        function = self._registry.find(job.fn_id)
        if function is None or job.subject is None:
            return
        if job.kind is JobKind.BATCH:
            self._triggers.batch_due(work, function, job.subject)
        elif job.kind is JobKind.DEBOUNCE:
            self._triggers.debounce_due(work, function, job.subject)
        else:
            self._tick(work, job, function, job.subject)

    def _tick(self, work: Transaction, job: Job, function: Function, cron: str) -> None:
        now_ms = self._clock.now_ms()
        self._plan_cron(work, function.id, cron)
        if now_ms - job.due_ms > MISSED_GRACE_MS:
            return
        event_id = new_id(now_ms)
        event = Event(event_id, event_id, SCHEDULED_TIMER, {"cron": cron}, now_ms)
        events.add_event(work, event, now_ms)
        self._triggers.offer(work, function, event)

    def _plan_cron(self, work: Transaction, fn_id: str, cron: str) -> None:
        due_ms = next_time_ms(cron, self._clock.now_ms())
        if due_ms is not None:
            work.add_job(Job(JobKind.CRON, due_ms, fn_id, subject=cron))
