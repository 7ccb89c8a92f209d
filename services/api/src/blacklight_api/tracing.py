"""The span of a request: the caller's trace goes on into the events that the request writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from blacklight_shared.telemetry import tracer
from fastapi import Request
from fastapi.telemetry import TelemetryConfig
from opentelemetry.trace import SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

# FastAPI's own spans carry the query string, and search boxes hold names of people.
FASTAPI_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}

_PROPAGATOR = TraceContextTextMapPropagator()


@contextmanager
def request_span(request: Request, route: str) -> Iterator[None]:
    """A span around the handling of ``request``, within the caller's trace if it names one.

    Args:
        request: The request; only its method and route are told.
        route: Template of the path, without values.
    """
    with tracer.start_as_current_span(
        f"{request.method} {route}",
        context=_PROPAGATOR.extract(request.headers),
        kind=SpanKind.SERVER,
        attributes={"http.request.method": request.method, "http.route": route},
        # Problems are answers, and messages of other exceptions may hold values.
        record_exception=False,
        set_status_on_exception=False,
    ):
        yield
