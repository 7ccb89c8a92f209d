"""Routes under ``/api/v1``: the key is checked before a byte of the body is read.

A route also documents the problems that its guards answer with, so an endpoint names only its own.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from blacklight_api.auth.authenticator import bearer_token
from blacklight_api.gateway import Gateway, gateway_of
from blacklight_api.limits import limits_of, time_limit, within_body_limit
from blacklight_api.problems import Unavailable, problem_responses
from blacklight_api.tracing import request_span

_ALWAYS = (401, 403, 422, 429, 503)
_WITH_BODY = (400, 413)
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

RequestHandler = Callable[[Request], Coroutine[Any, Any, Response]]


class GuardedRoute(APIRoute):
    """A route that admits a caller before it reads the body, and limits body and time."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        methods: set[str] | list[str] | None = None,
        responses: dict[int | str, dict[str, Any]] | None = None,
        **options: Any,
    ) -> None:
        documented = problem_responses(*_guard_statuses(path, methods or ()))
        super().__init__(
            path, endpoint, methods=methods, responses=documented | (responses or {}), **options
        )

    async def admit(self, request: Request, gateway: Gateway) -> None:
        """Let the caller in, or raise the problem to answer with."""
        raise NotImplementedError

    def get_route_handler(self) -> RequestHandler:
        """The endpoint behind its guards."""
        handle = super().get_route_handler()
        limits = limits_of(self.endpoint)

        async def guarded(request: Request) -> Response:
            gateway = gateway_of(request)
            try:
                with request_span(request, self.path_format):
                    async with time_limit(limits, gateway.settings.request_timeout):
                        await self.admit(request, gateway)
                        receive = within_body_limit(
                            request.headers, request.receive, limits.max_body_bytes
                        )
                        admitted = Request(request.scope, receive)
                        try:
                            return await handle(admitted)
                        finally:
                            # A form that an endpoint has read keeps its files open until here.
                            await admitted.close()
            except TimeoutError:
                raise Unavailable("The request took too long and was given up.") from None

        return guarded


class GatewayRoute(GuardedRoute):
    """A route for callers with a key, each at its own rate."""

    async def admit(self, request: Request, gateway: Gateway) -> None:
        """Authenticate the key; endpoints find the caller as ``request.state.principal``."""
        principal = await gateway.authenticator.authenticate(bearer_token(request))
        gateway.rate_limiter.check(str(principal.actor))
        request.state.principal = principal


class PublicRoute(GuardedRoute):
    """A route for callers without a key, at a rate for each address."""

    async def admit(self, request: Request, gateway: Gateway) -> None:
        """Count the request for the client's address."""
        gateway.public_rate_limiter.check(_network_of(request))


def gateway_router(prefix: str, tag: str) -> APIRouter:
    """A router of guarded routes.

    Args:
        prefix: Below ``/api/v1``, such as ``"/candidates"``.
        tag: The heading in the documentation.
    """
    return APIRouter(prefix=prefix, tags=[tag], route_class=GatewayRoute)


def _guard_statuses(path: str, methods: Collection[str]) -> list[int]:
    statuses = list(_ALWAYS)
    if "{" in path:
        statuses.append(404)
    if _METHODS_WITH_BODY.intersection(methods):
        statuses.extend(_WITH_BODY)
    return sorted(statuses)


def _network_of(request: Request) -> str:
    """What one client can use: an IPv4 address, or the /64 that an IPv6 client owns."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False))
