"""From an event to the runs that it starts: triggers and flow control before a run exists."""

from dataclasses import replace

from blacklight_devstack.engine.clock import Clock
from blacklight_devstack.engine.durations import parse_duration_ms
from blacklight_devstack.engine.expressions import evaluate, key_of, matches
from blacklight_devstack.engine.gcra import Rate
from blacklight_devstack.engine.ids import new_id
from blacklight_devstack.engine.model import FUNCTION_INVOKED, Event, Job, JobKind, SdkError
from blacklight_devstack.engine.registry import Function, Registry
from blacklight_devstack.engine.runs import Runs
from blacklight_devstack.engine.store import events, flow, jobs, runs
from blacklight_devstack.engine.store.database import Transaction

_IDEMPOTENCY_MS = 24 * 3_600_000


class Triggers:
    """Starts runs for events, invocations, and batches and debounces that are due."""

    def __init__(self, clock: Clock, registry: Registry, runs_: Runs) -> None:
        self._clock = clock
        self._registry = registry
        self._runs = runs_

    def handle(self, work: Transaction, event: Event) -> None:
        """Start what the event triggers; a function runs once for an event."""
        if event.name == FUNCTION_INVOKED:
            self._invoke(work, event)
            return
        seen = set()
        for function, trigger in self._registry.triggered_by(event.name):
            if function.id not in seen and matches(trigger.expression, event):
                seen.add(function.id)
                self.offer(work, function, event)

    def offer(self, work: Transaction, function: Function, event: Event) -> None:
        """Start, postpone or drop a run of this function, as its flow control says."""
        refusal = self._refusal(work, function, event)
        if refusal is not None:
            self._runs.answer_invocation(work, event.internal_id, None, refusal)
        elif function.config.debounce is not None:
            self._debounce(work, function, event)
        elif function.config.batch_events is not None and _is_batched(function, event):
            self._batch(work, function, event)
        else:
            self._start(work, function, event)

    def batch_due(self, work: Transaction, function: Function, batch_id: str) -> None:
        """Run a batch whose time is up."""
        batch = flow.close_batch(work, batch_id)
        if batch:
            self._runs.start(work, function, batch)

    def debounce_due(self, work: Transaction, function: Function, debounce_id: str) -> None:
        """Run a function whose events have paused."""
        debounce = flow.take_debounce(work, debounce_id)
        stored = events.get_event(work, debounce.event_id) if debounce else None
        if stored is not None:
            self._start(work, function, stored.event)

    def _invoke(self, work: Transaction, event: Event) -> None:
        fn_id = event.data["_inngest"]["fn_id"]
        function = self._registry.find_active(fn_id)
        if function is not None:
            self.offer(work, function, event)
            return
        error = SdkError("FunctionNotFound", f"could not find function with ID: {fn_id}")
        self._runs.answer_invocation(work, event.internal_id, None, error)

    def _refusal(self, work: Transaction, function: Function, event: Event) -> SdkError | None:
        if not self._claim(work, function, event):
            return SdkError("Skipped", "A run with the same idempotency key exists already.")
        if not self._within_rate(work, function, event):
            return SdkError("RateLimited", "The function's rate limit was reached.")
        return None

    def _claim(self, work: Transaction, function: Function, event: Event) -> bool:
        now_ms = self._clock.now_ms()
        key = f"event:{event.id}"
        if function.config.idempotency is not None:
            key = f"key:{key_of(function.config.idempotency, event)}"
        elif event.id == event.internal_id:
            return True
        return flow.claim_key(work, function.id, key, now_ms=now_ms, period_ms=_IDEMPOTENCY_MS)

    def _within_rate(self, work: Transaction, function: Function, event: Event) -> bool:
        config = function.config.rate_limit
        if config is None:
            return True
        key = ""
        if config.key is not None:
            if evaluate(config.key, event) is False:
                return True
            key = key_of(config.key, event)
        rate = Rate.for_rate_limit(config.limit, parse_duration_ms(config.period))
        name = f"rate-limit:{function.id}:{key}"
        return flow.admit_at_rate(work, name, rate, self._clock.now_ms()) is None

    def _debounce(self, work: Transaction, function: Function, event: Event) -> None:
        config = function.config.debounce
        if config is None:
            raise ValueError(f"{function.id} is not debounced")
        now_ms = self._clock.now_ms()
        key = "" if config.key is None else key_of(config.key, event)
        postponed = flow.find_debounce(work, function.id, key)
        if postponed is None:
            postponed = flow.Debounce(new_id(now_ms), function.id, event.internal_id, now_ms)
        flow.save_debounce(work, replace(postponed, event_id=event.internal_id), key)
        due_ms = now_ms + parse_duration_ms(config.period)
        if config.timeout is not None:
            due_ms = min(due_ms, postponed.first_ms + parse_duration_ms(config.timeout))
        jobs.remove_by_subject(work, JobKind.DEBOUNCE, postponed.id)
        work.add_job(Job(JobKind.DEBOUNCE, due_ms, function.id, subject=postponed.id))

    def _batch(self, work: Transaction, function: Function, event: Event) -> None:
        config = function.config.batch_events
        if config is None:
            raise ValueError(f"{function.id} is not batched")
        now_ms = self._clock.now_ms()
        key = "" if config.key is None else key_of(config.key, event)
        batch, opened = flow.open_batch(work, function.id, key, new_id(now_ms))
        flow.add_to_batch(work, batch.id, event)
        if batch.size + 1 >= config.max_size:
            jobs.remove_by_subject(work, JobKind.BATCH, batch.id)
            self.batch_due(work, function, batch.id)
        elif opened:
            due_ms = now_ms + parse_duration_ms(config.timeout)
            work.add_job(Job(JobKind.BATCH, due_ms, function.id, subject=batch.id))

    def _start(self, work: Transaction, function: Function, event: Event) -> None:
        singleton = function.config.singleton
        key = None
        if singleton is not None:
            key = "" if singleton.key is None else key_of(singleton.key, event)
            active = runs.active_singletons(work, function.id, key)
            if active and singleton.mode == "skip":
                error = SdkError("Skipped", "A run of this singleton function is active already.")
                self._runs.answer_invocation(work, event.internal_id, None, error)
                return
            for run_id in active:
                self._runs.cancel(work, run_id)
        self._runs.start(work, function, [event], singleton_key=key)


def _is_batched(function: Function, event: Event) -> bool:
    config = function.config.batch_events
    return config is not None and matches(config.condition, event)
