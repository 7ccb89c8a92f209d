"""What is seen of runs from outside: log context, metrics and spans, for every workflow alike."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

import inngest
import structlog
from fastapi import Request
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import Span, StatusCode

from blacklight_shared.metrics import (
    WORKFLOW_ATTEMPTS_FAILED,
    WORKFLOW_QUEUE_SECONDS,
    WORKFLOW_RUNS_COMPLETED,
    WORKFLOW_RUNS_FAILED,
    WORKFLOW_RUNS_STARTED,
    WORKFLOW_STEP_SECONDS,
)
from blacklight_shared.telemetry import inject_trace, tracer
from blacklight_shared.workflows.run_trace import FAILED_EVENT, RunTrace

_EXECUTED_STEPS = frozenset({"StepRun", "StepError", "StepFailed"})
_NOT_TARGETED = "step"
_NUMBER = re.compile(r"-\d+(?=-|$)")

_log = structlog.stdlib.get_logger(__name__)


class TracePropagation(inngest.Middleware):
    """Puts the trace context of the sender into every event that is sent."""

    async def before_send_events(self, events: list[inngest.Event]) -> None:
        """Called by the SDK with the events of one request."""
        for event in events:
            event.data = inject_trace(event.data)


class RunObserver(inngest.Middleware):
    """Follows one request of the engine: an attempt of a step, or of the run itself.

    The SDK makes an instance for each request.

    Args:
        client: The SDK's client.
        raw_request: The HTTP request of the engine.
        workflow_id: The workflow that is run.
        retries: Attempts after the first one, as the workflow defines them.
    """

    def __init__(
        self, client: inngest.Inngest, raw_request: object, *, workflow_id: str, retries: int
    ) -> None:
        super().__init__(client, raw_request)
        self._workflow = workflow_id
        self._retries = retries
        self._attempt = 0
        self._started = time.perf_counter()
        self._trace: RunTrace | None = None
        self._attributes: dict[str, str | int] = {}
        self._span: Span | None = None

    async def transform_input(
        self,
        ctx: inngest.Context | inngest.ContextSync,
        function: Any,  # noqa: ARG002 -- the SDK's signature
        steps: inngest.StepMemos,
    ) -> None:
        """Before the handler is called: name the run to logs, metrics and traces."""
        if ctx.event.name == FAILED_EVENT:
            self._workflow, self._retries = f"{self._workflow}-failure", 0
        self._attempt = ctx.attempt
        structlog.contextvars.bind_contextvars(
            workflow=self._workflow,
            run_id=ctx.run_id,
            event_id=ctx.event.id,
            tenant_id=ctx.event.data.get("tenant_id"),
            attempt=ctx.attempt,
        )
        if steps.size == 0 and ctx.attempt == 0 and not self._is_step_targeted():
            WORKFLOW_RUNS_STARTED.labels(self._workflow).inc()
            WORKFLOW_QUEUE_SECONDS.labels(self._workflow).observe(_waited_seconds(ctx.events))
            _log.info("run started", events=len(ctx.events))
        self._span = self._start_span(ctx)

    async def transform_output(self, result: inngest.TransformOutputResult) -> None:
        """After a step or the handler: count what came of it."""
        if result.step is None:
            self._record_run(result.error)
        elif result.step.op.value in _EXECUTED_STEPS:
            self._record_step(result.step.id, result.error)

    async def before_response(self) -> None:
        """Last of all: the attempt is over."""
        if self._span is not None:
            self._span.end()

    def _is_step_targeted(self) -> bool:
        if not isinstance(self.raw_request, Request):
            return False
        return self.raw_request.query_params.get("stepId", _NOT_TARGETED) != _NOT_TARGETED

    def _start_span(self, ctx: inngest.Context | inngest.ContextSync) -> Span:
        self._trace = RunTrace.of(ctx)
        self._attributes = {
            "blacklight.workflow": self._workflow,
            "blacklight.run_id": ctx.run_id,
            "blacklight.event_id": ctx.event.id,
            "blacklight.tenant_id": str(ctx.event.data.get("tenant_id", "")),
        }
        span = tracer.start_span(
            f"handler {self._workflow}",
            context=self._trace.context,
            attributes={**self._attributes, "blacklight.attempt": ctx.attempt},
        )
        # Never detached: the SDK handles a request in a task, and the task's context ends with it.
        otel_context.attach(trace.set_span_in_context(span))
        return span

    def _record_run(self, error: Exception | None) -> None:
        if error is None:
            WORKFLOW_RUNS_COMPLETED.labels(self._workflow).inc()
            _log.info("run completed")
            self._end_run_span()
            return
        self._record_failed_attempt(error)
        if not getattr(error, "is_retriable", True) or self._attempt >= self._retries:
            WORKFLOW_RUNS_FAILED.labels(self._workflow, _name(error)).inc()
            _log.error("run failed", error=_name(error), reason=str(error))
            self._end_run_span(error=_name(error))

    def _end_run_span(self, *, error: str | None = None) -> None:
        if self._trace is not None:
            self._trace.end(f"workflow {self._workflow}", self._attributes, error=error)

    def _record_step(self, step_id: str, error: Exception | None) -> None:
        # Numbered steps of one kind share a time series.
        step = _NUMBER.sub("", step_id)
        WORKFLOW_STEP_SECONDS.labels(self._workflow, step).observe(
            time.perf_counter() - self._started
        )
        if self._span is not None:
            self._span.update_name(f"step {step}")
            self._span.set_attribute("blacklight.step", step_id)
        if error is not None:
            self._record_failed_attempt(error, step=step_id)

    def _record_failed_attempt(self, error: Exception, *, step: str | None = None) -> None:
        WORKFLOW_ATTEMPTS_FAILED.labels(self._workflow, _name(error)).inc()
        _log.warning("attempt failed", step=step, error=_name(error), reason=str(error))
        if self._span is not None:
            self._span.set_status(StatusCode.ERROR, _name(error))


def _waited_seconds(events: Sequence[inngest.Event]) -> float:
    # Never below 0, where the engine's clock is ahead of ours.
    return max(time.time() - min(event.ts for event in events) / 1000, 0)


def _name(error: Exception) -> str:
    name = getattr(error, "name", None)
    return name if isinstance(name, str) else type(error).__name__
