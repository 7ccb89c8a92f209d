"""Following long work live, as server-sent events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from pydantic import BaseModel
from sse_starlette import ServerSentEvent

from blacklight_api.problems import NotFound

POLL_INTERVAL = timedelta(milliseconds=500)
LONGEST_WATCH = timedelta(hours=1)
"""After it the stream ends, and the client's event source connects again by itself."""

ShownT = TypeVar("ShownT", bound=BaseModel)


async def watch(
    look: Callable[[], Awaitable[ShownT]], *, has_ended: Callable[[ShownT], bool]
) -> AsyncIterator[ServerSentEvent]:
    """An event ``progress`` at each change, and ``end`` when the work has ended.

    Args:
        look: What the client sees now. Each look is a short transaction of its own, so that a
            watcher holds no connection. NotFound ends the stream: the object was deleted.
        has_ended: Whether nothing will change any more.
    """
    seen: ShownT | None = None
    for _look in range(int(LONGEST_WATCH / POLL_INTERVAL)):
        try:
            shown = await look()
        except NotFound:
            return
        if shown != seen:
            yield ServerSentEvent(shown.model_dump_json(), event="progress")
            seen = shown
        if has_ended(shown):
            yield ServerSentEvent(shown.model_dump_json(), event="end")
            return
        await asyncio.sleep(POLL_INTERVAL.total_seconds())
