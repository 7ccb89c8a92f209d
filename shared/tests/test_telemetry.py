"""Trace context in events, and the export of spans."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from blacklight_devstack.engine_testing import served_app
from blacklight_shared.telemetry import (
    TRACE_FIELD,
    configure_tracing,
    current_trace,
    extract_trace,
    inject_trace,
)
from fastapi import FastAPI, Request
from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags

TRACE_ID, SPAN_ID = 0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

PROGRAM = """
from blacklight_shared.telemetry import configure_tracing, tracer
stop = configure_tracing("matching")
with tracer.start_as_current_span("import of a file"):
    pass
stop()
"""


@pytest.fixture
def span() -> Iterator[None]:
    """A span that came from another process."""
    context = SpanContext(TRACE_ID, SPAN_ID, is_remote=True, trace_flags=TraceFlags(1))
    with trace.use_span(NonRecordingSpan(context)):
        yield


@pytest.mark.usefixtures("span")
class TestInjectTrace:
    def test_adds_the_span_in_hand(self) -> None:
        data = {"job_id": 1}

        assert inject_trace(data) == {"job_id": 1, TRACE_FIELD: {"traceparent": TRACEPARENT}}
        assert data == {"job_id": 1}

    def test_keeps_what_the_event_carries(self) -> None:
        data = {TRACE_FIELD: {"traceparent": "from elsewhere"}}

        assert inject_trace(data) == data

    def test_takes_what_was_stored(self) -> None:
        stored = {"traceparent": TRACEPARENT.replace("b7ad", "0001")}

        assert inject_trace({}, stored) == {TRACE_FIELD: stored}

    def test_comes_out_again(self) -> None:
        context = extract_trace(inject_trace({}))

        assert context is not None
        found = trace.get_current_span(context).get_span_context()
        assert (found.trace_id, found.span_id) == (TRACE_ID, SPAN_ID)


def test_without_a_span_there_is_nothing_to_carry() -> None:
    assert current_trace() == {}
    assert inject_trace({"job_id": 1}) == {"job_id": 1}


@pytest.mark.parametrize("data", [{}, {TRACE_FIELD: "x"}, {TRACE_FIELD: None}, {TRACE_FIELD: [1]}])
def test_an_event_without_a_trace_has_no_parent(data: dict[str, object]) -> None:
    assert extract_trace(data) is None


def test_a_damaged_trace_is_a_new_one() -> None:
    context = extract_trace({TRACE_FIELD: {"traceparent": "nonsense", "tracestate": 7}})

    assert context is not None
    assert not trace.get_current_span(context).get_span_context().is_valid


def test_nothing_is_exported_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT", raising=False)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", raising=False)
    provider = trace.get_tracer_provider()

    configure_tracing("service")()

    assert trace.get_tracer_provider() is provider


def test_spans_are_sent_to_the_collector() -> None:
    received: list[bytes] = []
    collector = FastAPI()

    @collector.post("/v1/traces")
    async def receive(request: Request) -> None:
        received.append(await request.body())

    with served_app(collector, sync=False) as url:
        environment = {
            **os.environ,
            "OTEL_EXPORTER_OTLP_ENDPOINT": url,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
        }
        # A process of its own: the exporter is set up once and for good.
        command = [sys.executable, "-c", PROGRAM]
        subprocess.run(command, env=environment, check=True, timeout=60)  # noqa: S603 -- ours

    assert b"import of a file" in b"".join(received)
    assert b"matching" in b"".join(received)
