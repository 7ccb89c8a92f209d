"""Takes spans as a collector does: OTLP over HTTP, in protobuf.

Protocol: OpenTelemetry, "OTLP Specification", section OTLP/HTTP, ``POST /v1/traces``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from fastapi import FastAPI, Request, Response
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from blacklight_devstack.engine_testing import served_app

EXPORT_INTERVAL_MS = 200

_SERVICE = "service.name"
_PROTOBUF = "application/x-protobuf"


@dataclass(frozen=True, slots=True)
class ReceivedSpan:
    """A span as it arrived.

    Attributes:
        trace_id: In hexadecimal, as are the other ids.
        parent_id: Empty for a root.
        service: Which process sent it.
        name: What was done.
        start_ns: Nanoseconds since 1970.
        end_ns: Nanoseconds since 1970.
        attributes: Text, whatever their type was.
        failed: Whether it ended in an error.
    """

    trace_id: str
    span_id: str
    parent_id: str
    service: str
    name: str
    start_ns: int
    end_ns: int
    attributes: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False


class SpanCollector:
    """A collector that keeps what it gets.

    Attributes:
        spans: In order of arrival; replaced, never changed, so that threads may read it.
    """

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.spans: tuple[ReceivedSpan, ...] = ()

    def environment(self) -> dict[str, str]:
        """The standard settings by which processes send their spans here, soon after they end."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.url,
            "OTEL_EXPORTER_OTLP_COMPRESSION": "none",
            "OTEL_BSP_SCHEDULE_DELAY": str(EXPORT_INTERVAL_MS),
        }

    def trace(self, trace_id: str) -> list[ReceivedSpan]:
        """What has arrived of one trace."""
        return [span for span in self.spans if span.trace_id == trace_id]

    def take(self, body: bytes) -> None:
        """Keep the spans of one request.

        Raises:
            google.protobuf.message.DecodeError: The body is no such request.
        """
        self.spans += tuple(_spans_in(ExportTraceServiceRequest.FromString(body)))


@contextmanager
def running_collector() -> Iterator[SpanCollector]:
    """A collector that listens on a loopback port, in a thread of this process."""
    collector = SpanCollector()
    app = FastAPI()

    @app.post("/v1/traces")
    async def receive(request: Request) -> Response:
        collector.take(await request.body())
        answer = ExportTraceServiceResponse().SerializeToString()
        return Response(answer, media_type=_PROTOBUF)

    with served_app(app, sync=False) as url:
        collector.url = url
        yield collector


def _spans_in(request: ExportTraceServiceRequest) -> Iterator[ReceivedSpan]:
    for resource in request.resource_spans:
        service = _texts(resource.resource.attributes).get(_SERVICE, "unknown")
        for scope in resource.scope_spans:
            for span in scope.spans:
                yield _received(span, service)


def _received(span: Span, service: str) -> ReceivedSpan:
    return ReceivedSpan(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        service=service,
        name=span.name,
        start_ns=span.start_time_unix_nano,
        end_ns=span.end_time_unix_nano,
        attributes=_texts(span.attributes),
        failed=span.status.code == Status.STATUS_CODE_ERROR,
    )


def _texts(attributes: Iterable[KeyValue]) -> dict[str, str]:
    return {item.key: _text(item) for item in attributes}


def _text(item: KeyValue) -> str:
    kind = item.value.WhichOneof("value")
    return "" if kind is None else str(getattr(item.value, kind))
