"""Handing a batch of outbox rows to the engine's event API.

Protocol: ``POST {origin}/e/{event key}`` with a JSON list of events; an event whose id was seen
before is dropped (Inngest, "Sending events", deduplication).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import quote

import httpx
import orjson
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind
from sqlalchemy import RowMapping

from blacklight_shared.settings import Settings
from blacklight_shared.telemetry import current_trace, inject_trace, trace_from, tracer

CLOUD_EVENT_API = "https://inn.gs"
DEVELOPMENT_EVENT_KEY = "development"
TIMEOUT = timedelta(seconds=10)
MAX_ERROR_LENGTH = 500

_NANOSECONDS_PER_SECOND = 1_000_000_000
_EVENT_AT_FAULT = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


class EngineUnavailableError(Exception):
    """The engine did not answer, or takes no events from us now."""


class EventRefusedError(Exception):
    """The engine answered that it does not accept an event of the request."""


class EventApi:
    """The engine's event API; use as an async context manager.

    Args:
        origin: Scheme, host and port of the engine.
        event_key: The key that names the environment; part of the path, so never log the URL.
    """

    def __init__(self, origin: str, event_key: str) -> None:
        self._path = f"/e/{quote(event_key, safe='')}"
        self._http = httpx.AsyncClient(base_url=origin, timeout=TIMEOUT.total_seconds())

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The event API that ``settings`` name; Inngest Cloud when they name none."""
        key = settings.inngest_event_key
        return cls(
            settings.inngest_base_url or CLOUD_EVENT_API,
            DEVELOPMENT_EVENT_KEY if key is None else key.get_secret_value(),
        )

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self._http.__aexit__(*exception)

    async def send(self, rows: Sequence[RowMapping]) -> None:
        """Send outbox rows as one request, each under its own id.

        Args:
            rows: With ``id``, ``name``, ``data``, ``trace_context`` and ``created_at``.

        Raises:
            EngineUnavailableError: No answer, or one that is not about the events; sending
                again is safe.
            EventRefusedError: One of the events is at fault.
        """
        spans = [_waiting_span(row) for row in rows]
        body = orjson.dumps([_as_sent(row, span) for row, span in zip(rows, spans, strict=True)])
        try:
            response = await self._http.post(
                self._path, content=body, headers={"Content-Type": "application/json"}
            )
        except httpx.HTTPError as fault:
            raise EngineUnavailableError(type(fault).__name__) from None
        if response.status_code in _EVENT_AT_FAULT:
            raise EventRefusedError(f"{response.status_code}: {response.text[:MAX_ERROR_LENGTH]}")
        if not response.is_success:
            raise EngineUnavailableError(f"the event API answered {response.status_code}")
        for span in spans:
            span.end()


def _waiting_span(row: RowMapping) -> Span:
    """The time an event waited for; not told when it is never ended, because the sending failed."""
    if not row["trace_context"]:
        return trace.INVALID_SPAN
    return tracer.start_span(
        f"outbox {row['name']}",
        context=trace_from(row["trace_context"]),
        kind=SpanKind.PRODUCER,
        attributes={"blacklight.event_id": str(row["id"])},
        start_time=int(row["created_at"].timestamp() * _NANOSECONDS_PER_SECOND),
    )


def _as_sent(row: RowMapping, span: Span) -> dict[str, Any]:
    carried = current_trace(trace.set_span_in_context(span))
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "data": inject_trace(row["data"], carried),
    }
