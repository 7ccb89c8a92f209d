"""The span of a run, above those of its steps.

A run is many requests, answered by whichever replicas are free, so no process can hold its span
open. Its ids are made from the run's id instead: every step names it as its parent, and the replica
that ends the run sends it, beginning when the run's event came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import inngest
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
)

from blacklight_shared.telemetry import extract_trace, is_tracing, planned_span, tracer

FAILED_EVENT = "inngest/function.failed"

_SPAN_ID_BYTES = 8
_TRACE_ID_BYTES = 16
_NANOSECONDS_PER_MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class RunTrace:
    """Where a run stands in the trace of its event.

    Attributes:
        parent: The context that the event carries; None when the engine's clock started the run.
        links: The senders of the other events of a batch.
        span: The ids of the run's own span; None when neither a sender nor this process traces.
        started_ms: When the event came, in milliseconds since 1970; 0 when the engine did not say.
    """

    parent: Context | None
    links: tuple[Link, ...]
    span: SpanContext | None
    started_ms: int

    @classmethod
    def of(cls, ctx: inngest.Context | inngest.ContextSync) -> Self:
        """That of the run which the engine asks for."""
        parents = [context for event in ctx.events if (context := extract_trace(_sent(event)))]
        parent = parents[0] if parents else None
        return cls(
            parent=parent,
            links=tuple(Link(_span_of(other)) for other in parents[1:]),
            span=_run_span(ctx.run_id, parent),
            started_ms=ctx.event.ts,
        )

    @property
    def context(self) -> Context | None:
        """The parent of the run's steps."""
        if self.span is None:
            return None
        return trace.set_span_in_context(NonRecordingSpan(self.span))

    def end(self, name: str, attributes: Mapping[str, Any], *, error: str | None = None) -> None:
        """Send the run's span.

        Args:
            name: What it is called.
            attributes: What it tells.
            error: Name of the error that ended the run; None when it ended well.
        """
        if self.span is None:
            return
        with planned_span(self.span):
            span = tracer.start_span(
                name,
                # Not None: that would be the span of the step in hand.
                context=Context() if self.parent is None else self.parent,
                kind=SpanKind.CONSUMER,
                attributes=dict(attributes),
                links=self.links,
                start_time=self.started_ms * _NANOSECONDS_PER_MILLISECOND or None,
            )
        if error is not None:
            span.set_status(StatusCode.ERROR, error)
        span.end()


def _sent(event: inngest.Event) -> Mapping[str, Any]:
    """The data as it was sent; the event of a failed run holds the one that began that run."""
    if event.name != FAILED_EVENT:
        return event.data
    original = event.data.get("event")
    data = original.get("data") if isinstance(original, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _run_span(run_id: str, parent: Context | None) -> SpanContext | None:
    sender = trace.INVALID_SPAN_CONTEXT if parent is None else _span_of(parent)
    if not sender.is_valid and not is_tracing():
        return None
    digest = hashlib.sha256(run_id.encode()).digest()
    own_trace_id = int.from_bytes(digest[_SPAN_ID_BYTES : _SPAN_ID_BYTES + _TRACE_ID_BYTES])
    return SpanContext(
        trace_id=sender.trace_id if sender.is_valid else own_trace_id,
        span_id=int.from_bytes(digest[:_SPAN_ID_BYTES]),
        is_remote=True,
        trace_flags=sender.trace_flags if sender.is_valid else TraceFlags(TraceFlags.SAMPLED),
    )


def _span_of(context: Context) -> SpanContext:
    return trace.get_current_span(context).get_span_context()
