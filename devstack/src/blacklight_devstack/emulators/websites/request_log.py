"""What was asked of the sites, for tests to look at."""

from __future__ import annotations

import time
from collections import Counter

from pydantic import BaseModel


class SeenRequest(BaseModel):
    """One request.

    Attributes:
        host: Name of the site's host, without port.
        path: What was asked for.
        user_agent: Who asked.
        began_seconds: When, by a clock that only goes forward.
        ended_seconds: When it was answered; None while it is not.
    """

    host: str
    path: str
    user_agent: str
    began_seconds: float
    ended_seconds: float | None = None


class RequestLog:
    """Requests in the order of their beginning, and how many were open at a time."""

    def __init__(self) -> None:
        self.seen: list[SeenRequest] = []
        self.most_open: Counter[str] = Counter()
        self._open: Counter[str] = Counter()

    def begin(self, host: str, path: str, user_agent: str) -> SeenRequest:
        """Note a request."""
        request = SeenRequest(
            host=host, path=path, user_agent=user_agent, began_seconds=time.monotonic()
        )
        self.seen.append(request)
        self._open[host] += 1
        self.most_open[host] = max(self.most_open[host], self._open[host])
        return request

    def end(self, request: SeenRequest) -> None:
        """Note that a request is done with."""
        request.ended_seconds = time.monotonic()
        self._open[request.host] -= 1

    def forget(self) -> None:
        """Forget what was seen."""
        self.seen.clear()
        self.most_open.clear()
