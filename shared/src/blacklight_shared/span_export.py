"""Sending spans to a collector; needs the ``otel`` extra."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from blacklight_shared.telemetry import planned_ids


def exporting_provider(service: str) -> TracerProvider:
    """A provider that sends spans where the ``OTEL_EXPORTER_OTLP_…`` variables say.

    Args:
        service: ``service.name`` of the spans.
    """
    provider = TracerProvider(
        resource=Resource.create({"service.name": service}), id_generator=PlannedIds()
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


class PlannedIds(RandomIdGenerator):
    """Random ids, except for spans whose ids were told to others before."""

    def generate_span_id(self) -> int:
        """The id of a new span."""
        planned = planned_ids()
        return super().generate_span_id() if planned is None else planned.span_id

    def generate_trace_id(self) -> int:
        """The id of a new trace."""
        planned = planned_ids()
        return super().generate_trace_id() if planned is None else planned.trace_id
