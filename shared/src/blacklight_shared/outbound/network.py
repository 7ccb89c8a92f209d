"""Connections of the guard: a name is resolved once, and what was checked is connected to.

So a name that resolves differently the second time (DNS rebinding) gains nothing. TLS still
verifies the name: only the address is chosen here.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import httpcore
import httpx

from blacklight_shared.outbound.addresses import IpAddress, parse_address
from blacklight_shared.outbound.destinations import Destinations
from blacklight_shared.outbound.errors import ForbiddenUrlError

Resolver = Callable[[str, int], Awaitable[Sequence[IpAddress]]]
"""The addresses of a host; the port is what getaddrinfo wants to know besides."""

_LOOPBACK = parse_address("127.0.0.1")


async def resolve(host: str, port: int) -> Sequence[IpAddress]:
    """Ask the system; it also reads the many spellings of IPv4 addresses.

    Raises:
        httpcore.ConnectError: The name is unknown.
    """
    host = host.removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return [_LOOPBACK]  # RFC 6761, section 6.3; not every system's resolver knows it
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        # UnicodeError: a label that IDNA cannot encode.
        raise httpcore.ConnectError("the host's name is unknown") from error
    return list(dict.fromkeys(parse_address(str(entry[4][0])) for entry in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Opens connections to allowed addresses only.

    Args:
        destinations: What is allowed.
        resolver: Finds the addresses of a host.
    """

    def __init__(self, destinations: Destinations, resolver: Resolver = resolve) -> None:
        self._destinations = destinations
        self._resolver = resolver
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 -- the interface's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first allowed address of a host that answers.

        Raises:
            ForbiddenUrlError: The host has no allowed address.
            httpcore.NetworkError: None answers, or the name is unknown.
            httpcore.TimeoutException: None answers in time.
        """
        try:
            async with asyncio.timeout(timeout):
                found = await self._resolver(host, port)
                allowed = [address for address in found if self._destinations.allows(address, port)]
                if not allowed:
                    raise ForbiddenUrlError(f"{host} has no address that may be called")
                share = None if timeout is None else timeout / len(allowed)
                return await self._connect_to_first(
                    allowed, port, share, local_address, socket_options
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 -- the interface's
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Refuse: there is no web on sockets of the file system."""
        raise ForbiddenUrlError("sockets of the file system are not called")

    async def sleep(self, seconds: float) -> None:
        """Wait between two attempts."""
        await self._backend.sleep(seconds)

    async def _connect_to_first(
        self,
        addresses: Sequence[IpAddress],
        port: int,
        seconds_each: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None,
    ) -> httpcore.AsyncNetworkStream:
        fault: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._backend.connect_tcp(
                    str(address),
                    port,
                    timeout=seconds_each,
                    local_address=local_address,
                    socket_options=socket_options,
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                fault = error
        raise fault


class GuardedTransport(httpx.AsyncBaseTransport):
    """Carries httpx's requests over guarded connections, never through a proxy.

    Args:
        backend: Opens the connections.
        connections: How many may be open at a time.
    """

    def __init__(self, backend: GuardedBackend, *, connections: int) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=_tls_context(),
            max_connections=connections,
            keepalive_expiry=5.0,
            network_backend=backend,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request.

        Raises:
            ForbiddenUrlError: Its host has no allowed address.
            httpx.TransportError: The network failed.
        """
        carried = httpcore.Request(
            method=request.method,
            url=httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions=request.extensions,
        )
        with _as_httpx_errors():
            response = await self._pool.handle_async_request(carried)
        return httpx.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_ResponseStream(response),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._pool.aclose()


@functools.cache
def _tls_context() -> ssl.SSLContext:
    # Reading the certificates takes about 40 ms.
    return httpx.create_ssl_context()


class _ResponseStream(httpx.AsyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _as_httpx_errors():
            async for part in self._response.aiter_stream():
                yield part

    async def aclose(self) -> None:
        with _as_httpx_errors():
            await self._response.aclose()


_HTTPX_ERRORS: dict[type[Exception], type[httpx.TransportError]] = {
    httpcore.ConnectTimeout: httpx.ConnectTimeout,
    httpcore.ReadTimeout: httpx.ReadTimeout,
    httpcore.WriteTimeout: httpx.WriteTimeout,
    httpcore.PoolTimeout: httpx.PoolTimeout,
    httpcore.ConnectError: httpx.ConnectError,
    httpcore.ReadError: httpx.ReadError,
    httpcore.WriteError: httpx.WriteError,
    httpcore.LocalProtocolError: httpx.LocalProtocolError,
    httpcore.RemoteProtocolError: httpx.RemoteProtocolError,
    httpcore.UnsupportedProtocol: httpx.UnsupportedProtocol,
}


@contextmanager
def _as_httpx_errors() -> Iterator[None]:
    try:
        yield
    except tuple(_HTTPX_ERRORS) as error:
        raise _HTTPX_ERRORS[type(error)](str(error)) from error
