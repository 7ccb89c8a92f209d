"""Live parts of pages: what the browser's event source follows while a worker works."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from blacklight_api.watching import watch


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


async def _messages(
    look: Callable[[], Awaitable[LiveProgress]],
) -> AsyncIterator[ServerSentEvent]:
    async for event in watch(look, has_ended=lambda progress: progress.done):
        # The end is told by the message itself; event sources would take another name for another
        # kind of message.
        if event.event == "progress":
            yield ServerSentEvent(event.data)
