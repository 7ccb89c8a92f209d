"""What is seen of runs from outside: logs, metrics, traces."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import inngest
import pytest
import structlog
from blacklight_devstack.engine_testing import TestEngine, wait_until
from blacklight_devstack.worker_testing import (
    APP_ID,
    RecordingDeps,
    WorkerUnderTest,
    worker_settings,
)
from blacklight_shared.events import (
    GenerateCandidateMatches,
    JobPostingUpdated,
    RefreshCandidateMatches,
)
from blacklight_shared.logging import configure_logging
from blacklight_shared.span_export import PlannedIds
from blacklight_shared.telemetry import TRACE_FIELD, current_trace, tracer
from blacklight_shared.workflows import (
    Failure,
    NonRetriableError,
    RetriableError,
    Workflow,
    fan_out,
    invoke,
    workflow,
)
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY

log = structlog.stdlib.get_logger("test")


@workflow(id="observed", trigger=GenerateCandidateMatches, retries=2)
async def observed(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> None:
    async def work(number: int) -> None:
        log.info("working", number=number)
        if number == 2 and deps.note("work 2") == 1:
            raise RetriableError("busy")

    ctx.logger.info("at the beginning")
    await ctx.step.run("work-1", work, 1)
    ctx.logger.info("in the middle")
    await ctx.step.run("work-2", work, 2)


@workflow(id="doomed", trigger=GenerateCandidateMatches, retries=1)
async def doomed(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> None:
    raise (NonRetriableError if event.candidate_id == 1 else RetriableError)("no")


@doomed.on_failure
async def mourn(
    ctx: inngest.Context, failure: Failure[GenerateCandidateMatches], deps: RecordingDeps
) -> None:
    deps.note("mourned")


@workflow(id="sender", trigger=RefreshCandidateMatches)
async def sender(ctx: inngest.Context, event: RefreshCandidateMatches, deps: RecordingDeps) -> None:
    await fan_out(ctx, "send", [JobPostingUpdated(job_id=1, changed_fields=[])])
    await invoke(ctx, "call", receiver, JobPostingUpdated(job_id=2, changed_fields=[]))


@workflow(id="receiver", trigger=JobPostingUpdated)
async def receiver(ctx: inngest.Context, event: JobPostingUpdated, deps: RecordingDeps) -> None:
    deps.note("received")


WORKFLOWS: list[Workflow[Any, RecordingDeps, Any]] = [observed, doomed, sender, receiver]


@pytest.fixture
def lines(engine: TestEngine, worker: WorkerUnderTest) -> Iterator[io.StringIO]:
    stream = io.StringIO()
    configure_logging(worker_settings(engine, log_json=True), service=APP_ID, stream=stream)
    yield stream
    configure_logging(worker_settings(engine), service=APP_ID)


@pytest.fixture(scope="module")
def spans() -> InMemorySpanExporter:
    """The spans of this process, from now on; a process has one provider for ever."""
    exporter = InMemorySpanExporter()
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider(id_generator=PlannedIds())
        trace.set_tracer_provider(provider)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter


def payload(candidate_id: int = 7) -> GenerateCandidateMatches:
    return GenerateCandidateMatches(candidate_id=candidate_id, tenant_id=3)


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


class TestLogs:
    def test_carry_the_run_and_are_not_repeated_by_replays(
        self, worker: WorkerUnderTest, lines: io.StringIO
    ) -> None:
        run = worker.run(observed, payload())

        logged = [json.loads(line) for line in lines.getvalue().splitlines()]
        ours = [line for line in logged if line["logger"] in {"test", "inngest"}]
        assert [line["event"] for line in ours if line["logger"] == "test"].count("working") >= 2
        for line in ours:
            assert line["service"] == APP_ID
            assert line["workflow"] == "observed"
            assert line["run_id"] == run.id
            assert line["tenant_id"] == 3
            assert line["event_id"]
        ends = [line["event"] for line in logged if line["event"].startswith("run ")]
        assert ends == ["run started", "run completed"]


class TestMetrics:
    def test_count_runs_steps_and_failed_attempts(self, worker: WorkerUnderTest) -> None:
        worker.deps.calls.clear()
        names = {
            "blacklight_workflow_runs_started_total": 1,
            "blacklight_workflow_runs_completed_total": 1,
            "blacklight_workflow_queue_seconds_count": 1,
        }
        before = {name: sample(name, workflow="observed") for name in names}
        failed = "blacklight_workflow_attempts_failed_total"
        failed_before = sample(failed, workflow="observed", error="RetriableError")
        steps = "blacklight_workflow_step_seconds_count"
        steps_before = sample(steps, workflow="observed", step="work")

        worker.run(observed, payload())

        for name, more in names.items():
            assert sample(name, workflow="observed") == before[name] + more
        assert sample(failed, workflow="observed", error="RetriableError") == failed_before + 1
        # Two steps share a series, and one of them was tried twice.
        assert sample(steps, workflow="observed", step="work") == steps_before + 3

    @pytest.mark.parametrize(
        ("candidate_id", "error", "attempts"),
        [(1, "NonRetriableError", 1), (2, "RetriableError", 2)],
    )
    def test_count_a_failed_run_once(
        self, worker: WorkerUnderTest, candidate_id: int, error: str, attempts: int
    ) -> None:
        def counted(of: str) -> float:
            return sample(f"blacklight_workflow_{of}_failed_total", workflow="doomed", error=error)

        runs, tries = counted("runs"), counted("attempts")

        worker.run(doomed, payload(candidate_id))

        assert counted("runs") == runs + 1
        assert counted("attempts") == tries + attempts


class TestTraces:
    def test_follow_an_event_through_its_runs_and_those_they_start(
        self, worker: WorkerUnderTest, spans: InMemorySpanExporter
    ) -> None:
        with tracer.start_as_current_span("request") as request:
            trace_id = request.get_span_context().trace_id
            data = {"candidate_id": 1, "tenant_id": 3, TRACE_FIELD: current_trace()}

        run = worker.run(sender, data)

        assert run.status == "Completed"

        def received_twice() -> list[ReadableSpan] | None:
            found = [span for span in spans.get_finished_spans() if trace_of(span) == trace_id]
            names = [span.name for span in found]
            return found if names.count("workflow receiver") == 2 else None

        found = wait_until(received_twice, "the spans")
        by_id = {span_id(span): span for span in found}
        below = {
            span.name: {child.name for child in found if parent_id(child) == span_id(span)}
            for span in found
        }
        assert below["request"] == {"workflow sender"}
        assert "step send" in below["workflow sender"]
        assert below["step send"] == {"workflow receiver"}
        assert below["workflow receiver"] == {"handler receiver"}
        roots = [span.name for span in found if parent_id(span) not in by_id]
        assert roots == ["request"]

    def test_every_step_of_a_run_nobody_sent_is_in_the_run_s_trace(
        self, worker: WorkerUnderTest, spans: InMemorySpanExporter
    ) -> None:
        worker.deps.calls.clear()

        run = worker.run(observed, payload())

        found = of_run(spans, run.id)
        [whole] = [span for span in found if span.name == "workflow observed"]
        attempts = [span for span in found if span is not whole]
        assert whole.parent is None
        assert [span.name for span in attempts].count("step work") == 3
        assert {parent_id(span) for span in attempts} == {span_id(whole)}
        assert {trace_of(span) for span in found} == {trace_of(whole)}
        assert whole.start_time is not None
        assert all(whole.start_time <= (span.start_time or 0) for span in attempts)

    def test_mark_failed_attempts(
        self, worker: WorkerUnderTest, spans: InMemorySpanExporter
    ) -> None:
        run = worker.run(doomed, payload(1))

        found = of_run(spans, run.id)
        assert {span.name for span in found} == {"workflow doomed", "handler doomed"}
        for span in found:
            assert span.status.description == "NonRetriableError"
            assert (span.attributes or {})["blacklight.tenant_id"] == "3"

    def test_a_failure_is_handled_in_the_trace_of_what_failed(
        self, worker: WorkerUnderTest, spans: InMemorySpanExporter
    ) -> None:
        with tracer.start_as_current_span("request") as request:
            trace_id = request.get_span_context().trace_id
            data = {"candidate_id": 1, "tenant_id": 3, TRACE_FIELD: current_trace()}

        worker.run(doomed, data)

        def handled() -> list[ReadableSpan]:
            return [
                span
                for span in spans.get_finished_spans()
                if span.name == "workflow doomed-failure" and trace_of(span) == trace_id
            ]

        assert wait_until(handled, "the failure's handler")


def of_run(spans: InMemorySpanExporter, run_id: str) -> list[ReadableSpan]:
    """The spans of a run, once the last of them, that of the attempt which ended it, is there."""

    def complete() -> list[ReadableSpan] | None:
        found = [
            span
            for span in spans.get_finished_spans()
            if (span.attributes or {}).get("blacklight.run_id") == run_id
        ]
        names = [span.name.split()[0] for span in found]
        return found if {"workflow", "handler"} <= set(names) else None

    return wait_until(complete, "the spans of the run")


def span_id(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.span_id


def parent_id(span: ReadableSpan) -> int:
    return 0 if span.parent is None else span.parent.span_id


def trace_of(span: ReadableSpan) -> int:
    context = span.get_span_context()
    assert context is not None
    return context.trace_id
