"""Live parts of pages: what the browser's event source follows while a worker works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from blacklight_api.gateway import Gateway
from blacklight_api.watching import watch
from blacklight_api.work import TenantWork


class LiveProgress(BaseModel):
    """One message, as ``portal.js`` reads it."""

    percent: float | None = Field(default=None, ge=0, le=100)
    message: str
    done: bool = False
    """The last message: the browser then shows the page anew."""


def live(look: Callable[[], Awaitable[LiveProgress]]) -> EventSourceResponse:
    """A stream with a message at each change, until the work is done.

    Args:
        look: What the person sees now; each look is a short transaction of its own.
    """
    return EventSourceResponse(_messages(look))


async def follow(
    gateway: Gateway, work: TenantWork, look: Callable[[TenantWork], Awaitable[LiveProgress]]
) -> EventSourceResponse:
    """The same for something of a tenant.

    The first look is made before anything is streamed, so that it can be refused.

    Args:
        gateway: Opens the transactions.
        work: Of the request.
        look: What the person sees now; raises ``NotFound`` where there is nothing to follow.
    """
    await look(work)

    async def look_again() -> LiveProgress:
        async with gateway.database.tenant_session(work.tenant_id) as session:
            return await look(replace(work, session=session))

    return live(look_again)


async def _messages(
    look: Callable[[], Awaitable[LiveProgress]],
) -> AsyncIterator[ServerSentEvent]:
    async for event in watch(look, has_ended=lambda progress: progress.done):
        # The end is told by the message itself; event sources would take another name for another
        # kind of message.
        if event.event == "progress":
            yield ServerSentEvent(event.data)
