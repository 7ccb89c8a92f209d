"""Tracing: one trace follows an import from the HTTP request, through the engine, to its rows.

Spans are always made with the OpenTelemetry API, which costs nothing until an exporter is
configured with the standard ``OTEL_EXPORTER_OTLP_…`` variables. Between processes the trace context
(W3C Trace Context) travels in the outbox row and in a reserved field of the event.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanContext
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACE_FIELD = "_trace"
"""Reserved field of event data: the trace context of whoever sent the event."""

_ENDPOINT_VARIABLES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PROPAGATOR = TraceContextTextMapPropagator()
_PLANNED_SPAN: ContextVar[SpanContext | None] = ContextVar("planned_span", default=None)

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
        from blacklight_shared.span_export import exporting_provider
    except ImportError as error:
        raise RuntimeError("tracing needs the extra: blacklight-shared[otel]") from error
    provider = exporting_provider(os.environ.get("OTEL_SERVICE_NAME", service))
    trace.set_tracer_provider(provider)
    return provider.shutdown


def is_tracing() -> bool:
    """Whether this process exports spans."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


@contextmanager
def planned_span(span: SpanContext) -> Iterator[None]:
    """Give the span that is started in this block the ids that others know already."""
    token = _PLANNED_SPAN.set(span)
    try:
        yield
    finally:
        _PLANNED_SPAN.reset(token)


def planned_ids() -> SpanContext | None:
    """The ids that the span in the making shall have; None for random ones."""
    return _PLANNED_SPAN.get()


def current_trace(context: Context | None = None) -> dict[str, str]:
    """A trace context as W3C header names and values; may be empty.

    Args:
        context: Holds the span; None: the span in hand.
    """
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, context)
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
    return trace_from(carrier) if isinstance(carrier, Mapping) else None


def trace_from(carrier: Mapping[Any, Any]) -> Context:
    """What ``current_trace`` gave, as the parent of a span; empty or damaged, it has no parent."""
    headers = {str(key): str(value) for key, value in carrier.items()}
    return _PROPAGATOR.extract(headers, Context())
