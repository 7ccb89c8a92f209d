"""Writing events into the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_shared.events import Event
from blacklight_shared.models import OutboxEvent


async def add_events(
    session: AsyncSession,
    events: Sequence[Event],
    *,
    tenant_id: int | None,
    trace_context: Mapping[str, str] | None = None,
) -> list[uuid.UUID]:
    """Owe ``events`` to the engine, from the moment the caller commits.

    Args:
        session: The transaction that also holds the change; nothing is sent if it rolls back.
        events: Payloads, in the order in which events of one subject shall be sent.
        tenant_id: The tenant of the session, None in a session without one.
        trace_context: W3C trace context to hand on to the workflow.

    Returns:
        The ids that the events will carry in the engine, in order.
    """
    if not events:
        return []
    ids = [uuid.uuid4() for _event in events]
    rows = [
        {
            "id": event_id,
            "tenant_id": tenant_id,
            "name": event.name,
            "data": event.model_dump(mode="json"),
            "subject": event.subject,
            "trace_context": dict(trace_context or {}),
        }
        for event_id, event in zip(ids, events, strict=True)
    ]
    await session.execute(insert(OutboxEvent), rows)
    return ids
