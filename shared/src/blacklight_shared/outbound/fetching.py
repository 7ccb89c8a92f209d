"""Fetches of URLs that people outside have given: by GET, guarded, bounded in time and size."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import Message
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self

import httpx

from blacklight_shared.outbound.decoding import decoder_for, too_large
from blacklight_shared.outbound.destinations import Destinations
from blacklight_shared.outbound.errors import (
    DeadlineExceededError,
    Refusal,
    RefusedResponseError,
)
from blacklight_shared.outbound.network import (
    GuardedBackend,
    GuardedTransport,
    Resolver,
    resolve,
)

BeforeHop = Callable[[httpx.URL], Awaitable[None]]
"""Awaited before each request, redirects included; may wait or raise. Its time does not count."""


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """What one fetch may cost.

    Attributes:
        body_bytes: Of the body, as sent and when unpacked.
        deadline: For everything, redirects and body included.
        redirects: How many are followed.
    """

    body_bytes: int
    deadline: timedelta
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and its body as a stream.

    Attributes:
        url: Where it came from in the end.
        status: HTTP status.
        headers: Of the last hop.
        chunks: The body, unpacked. To be read once, before the stream is closed; raises
            RefusedResponseError when it becomes too large or cannot be unpacked.
    """

    url: str
    status: int
    headers: httpx.Headers
    chunks: AsyncIterator[bytes] = field(repr=False)

    @property
    def media_type(self) -> str | None:
        """Of the body, such as ``text/html``; None if the server does not say."""
        return _content_type(self.headers)[0]

    @property
    def charset(self) -> str | None:
        """Of the body, as the server says; it may be wrong."""
        return _content_type(self.headers)[1]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer; the attributes are those of ``Answer``."""

    url: str
    status: int
    media_type: str | None
    charset: str | None
    headers: httpx.Headers
    body: bytes = field(repr=False)


class Fetcher:
    """Fetches by GET; an async context manager, to be shared by a whole process.

    It keeps no cookies and uses no proxy of the environment.

    Args:
        destinations: Where it may go.
        user_agent: Who is asking, with an address where that is explained.
        connections: How many may be open at a time.
        resolver: Finds the addresses of a host.
    """

    def __init__(
        self,
        destinations: Destinations,
        *,
        user_agent: str,
        connections: int = 20,
        resolver: Resolver = resolve,
    ) -> None:
        self._destinations = destinations
        self._client = httpx.AsyncClient(
            transport=GuardedTransport(
                GuardedBackend(destinations, resolver), connections=connections
            ),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip"},
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            trust_env=False,
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    def stream(
        self,
        url: str,
        limits: FetchLimits,
        *,
        headers: Mapping[str, str] | None = None,
        before_hop: BeforeHop | None = None,
    ) -> AbstractAsyncContextManager[Answer]:
        """Fetch a URL and read its body piece by piece, inside ``async with``.

        Args:
            url: What to fetch; its redirects are followed, each one checked like the first.
            limits: What it may cost.
            headers: To send besides the usual; of them, `Authorization` does not follow a redirect
                to another host.
            before_hop: See its type.

        Raises:
            ForbiddenUrlError: The URL, or where it redirects to, is refused.
            RefusedResponseError: The answer is too large, compressed in an unknown way, or
                redirects too often.
            DeadlineExceededError: It took too long.
            httpx.TransportError: The network failed.
        """
        return _translating_timeouts(self._stream(url, limits, headers or {}, before_hop))

    async def fetch(
        self,
        url: str,
        limits: FetchLimits,
        *,
        headers: Mapping[str, str] | None = None,
        media_types: frozenset[str] | None = None,
        before_hop: BeforeHop | None = None,
    ) -> Fetched:
        """Fetch a URL whole; see ``stream`` for arguments and errors.

        Args:
            url: What to fetch.
            limits: What it may cost.
            headers: To send besides the usual.
            media_types: What is read; the body of a successful answer of another type is not.
                None reads everything.
            before_hop: See its type.

        Raises:
            RefusedResponseError: Also when the answer has another media type.
        """
        async with self.stream(url, limits, headers=headers, before_hop=before_hop) as answer:
            is_success = httpx.codes.is_success(answer.status)
            if is_success and media_types is not None and answer.media_type not in media_types:
                raise RefusedResponseError(
                    Refusal.WRONG_TYPE, f"the answer is of type {answer.media_type}"
                )
            body = b"".join([chunk async for chunk in answer.chunks])
        return Fetched(
            answer.url, answer.status, answer.media_type, answer.charset, answer.headers, body
        )

    @asynccontextmanager
    async def _stream(
        self,
        url: str,
        limits: FetchLimits,
        headers: Mapping[str, str],
        before_hop: BeforeHop | None,
    ) -> AsyncIterator[Answer]:
        seconds = limits.deadline.total_seconds()
        request = self._client.build_request(
            "GET", self._destinations.check_url(url), headers=dict(headers), timeout=seconds
        )
        clock = asyncio.get_running_loop().time
        async with asyncio.timeout(None) as deadline:
            for _ in range(limits.redirects + 1):
                if before_hop is not None:
                    deadline.reschedule(None)
                    await before_hop(request.url)
                started = clock()
                deadline.reschedule(started + seconds)
                response = await self._client.send(request, stream=True)
                try:
                    if response.next_request is None:
                        yield _answer(response, limits)
                        return
                finally:
                    await response.aclose()
                seconds -= clock() - started
                request = response.next_request
                self._destinations.check_url(str(request.url))
        raise RefusedResponseError(
            Refusal.TOO_MANY_REDIRECTS, f"it redirects more than {limits.redirects} times"
        )


@asynccontextmanager
async def _translating_timeouts(
    stream: AbstractAsyncContextManager[Answer],
) -> AsyncIterator[Answer]:
    try:
        async with stream as answer:
            yield answer
    except TimeoutError as error:
        raise DeadlineExceededError("the fetch took too long") from error


def _answer(response: httpx.Response, limits: FetchLimits) -> Answer:
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and int(announced) > limits.body_bytes:
        raise too_large(limits.body_bytes)
    return Answer(
        str(response.url), response.status_code, response.headers, _body(response, limits)
    )


async def _body(response: httpx.Response, limits: FetchLimits) -> AsyncIterator[bytes]:
    decoder = decoder_for(response.headers.get("Content-Encoding", ""))
    received_bytes = unpacked_bytes = 0
    async for chunk in response.aiter_raw():
        received_bytes += len(chunk)
        for piece in decoder.pieces(chunk):
            unpacked_bytes += len(piece)
            if unpacked_bytes > limits.body_bytes:
                raise too_large(limits.body_bytes)
            yield piece
        if received_bytes > limits.body_bytes:
            raise too_large(limits.body_bytes)
    decoder.finish()


def _content_type(headers: httpx.Headers) -> tuple[str | None, str | None]:
    if "Content-Type" not in headers:
        return None, None
    parsed = Message()
    parsed["Content-Type"] = headers["Content-Type"]
    return parsed.get_content_type(), parsed.get_content_charset()
