"""Tracing: one trace follows an import from the HTTP request, through the engine, to its rows.

Spans are always made with the OpenTelemetry API, which costs nothing until an exporter is
configured with the standard ``OTEL_EXPORTER_OTLP_…`` variables. Between processes the trace context
(W3C Trace Context) travels in the outbox row and in a reserved field of the event.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACE_FIELD = "_trace"
"""Reserved field of event data: the trace context of whoever sent the event."""

_ENDPOINT_VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROPAGATOR = TraceContextTextMapPropagator()

tracer = trace.get_tracer("blacklight")


def configure_tracing(service: str) -> Callable[[], None]:
    """Export spans by OTLP over HTTP, when the environment names an endpoint.

    Args:
        service: ``service.name`` of the spans; ``OTEL_SERVICE_NAME`` wins.

    Returns:
        Sends what is still waiting and stops the exporter; call it at shutdown.

    Raises:
        RuntimeError: An endpoint is named, but the ``otel`` extra is not installed.
    """
    if not any(os.environ.get(variable) for variable in _ENDPOINT_VARIABLES):
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise RuntimeError("tracing needs the extra: blacklight-shared[otel]") from error
    name = os.environ.get("OTEL_SERVICE_NAME", service)
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    return provider.shutdown


def current_trace() -> dict[str, str]:
    """The trace context of the span in hand, as W3C header names and values; may be empty."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier


def inject_trace(
    data: Mapping[str, Any], trace_context: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Event data that carries a trace context.

    Args:
        data: Data of an event; one that carries a trace context already keeps it.
        trace_context: What ``current_trace`` gave when the event was written; None: now.
    """
    carrier = current_trace() if trace_context is None else dict(trace_context)
    if not carrier or TRACE_FIELD in data:
        return dict(data)
    return {**data, TRACE_FIELD: carrier}


def extract_trace(data: Mapping[str, Any]) -> Context | None:
    """The trace context that event data carries, as the parent of a span; None without one."""
    carrier = data.get(TRACE_FIELD)
    if not isinstance(carrier, Mapping):
        return None
    return _PROPAGATOR.extract({str(key): str(value) for key, value in carrier.items()})
