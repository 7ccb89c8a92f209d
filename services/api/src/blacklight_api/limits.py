"""What a request may cost: the size of its body, its time, and how often a key may ask."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from cachetools import TTLCache
from starlette.datastructures import Headers
from starlette.types import Message, Receive

from blacklight_api.problems import ContentTooLarge, TooManyRequests

DEFAULT_MAX_BODY_BYTES = 1024 * 1024
MULTIPART_OVERHEAD_BYTES = 64 * 1024
"""Boundaries, part headers and small form fields beside a file."""
MAX_RATE_LIMITED_KEYS = 100_000

EndpointT = TypeVar("EndpointT", bound=Callable[..., object])
_ATTRIBUTE = "__request_limits__"


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """Limits of one endpoint.

    Attributes:
        max_body_bytes: The largest body; a larger one is answered with 413 as soon as that is
            known.
        timeout: Until the response must have begun; None takes the gateway's default.
        has_timeout: False for an endpoint that may take as long as its client feeds it.
    """

    max_body_bytes: int = DEFAULT_MAX_BODY_BYTES
    timeout: timedelta | None = None
    has_timeout: bool = True


def limited(limits: RequestLimits) -> Callable[[EndpointT], EndpointT]:
    """Decorator: give an endpoint limits other than the default ones."""

    def mark(endpoint: EndpointT) -> EndpointT:
        setattr(endpoint, _ATTRIBUTE, limits)
        return endpoint

    return mark


def limits_of(endpoint: Callable[..., object]) -> RequestLimits:
    """The limits of an endpoint."""
    limits = getattr(endpoint, _ATTRIBUTE, None)
    return limits if isinstance(limits, RequestLimits) else RequestLimits()


def within_body_limit(headers: Headers, receive: Receive, max_bytes: int) -> Receive:
    """``receive`` that stops a body beyond ``max_bytes``, announced or not.

    Raises:
        ContentTooLarge: ``Content-Length`` announces more; or, from the returned callable, more
            has arrived.
    """
    announced = headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > max_bytes:
        raise ContentTooLarge(max_bytes)
    received_bytes = 0

    async def receive_within_limit() -> Message:
        nonlocal received_bytes
        message = await receive()
        received_bytes += len(message.get("body", b""))
        if received_bytes > max_bytes:
            raise ContentTooLarge(max_bytes)
        return message

    return receive_within_limit


def time_limit(limits: RequestLimits, default: timedelta) -> asyncio.Timeout:
    """The timeout of a request to an endpoint with these limits."""
    if not limits.has_timeout:
        return asyncio.timeout(None)
    return asyncio.timeout((limits.timeout or default).total_seconds())


class RateLimiter:
    """A rate per key: the generic cell rate algorithm (ITU-T I.371), with a minute's burst.

    It counts in memory, so each replica of the gateway grants the whole rate.

    Args:
        per_minute: Requests that a key may make in a minute, at once or spread.
        clock: Seconds; monotonic.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._interval_seconds = 60 / per_minute
        self._burst_seconds = 60 - self._interval_seconds
        self._clock = clock
        # An entry older than the burst says nothing any more.
        self._arrivals: TTLCache[str, float] = TTLCache(MAX_RATE_LIMITED_KEYS, ttl=60, timer=clock)

    def check(self, key: str) -> None:
        """Count a request of ``key``.

        Raises:
            TooManyRequests: The key is over its rate; this request does not count.
        """
        now = self._clock()
        due = max(self._arrivals.get(key, now), now)
        wait = due - now - self._burst_seconds
        # Rounding errors of repeated addition must not cost a request.
        if wait > self._interval_seconds / 1_000:
            raise TooManyRequests(math.ceil(wait))
        self._arrivals[key] = due + self._interval_seconds
