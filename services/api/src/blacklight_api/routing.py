"""Routes under ``/api/v1``: the key is checked before a byte of the body is read.

A route also documents the problems that its guards answer with, so an endpoint names only its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from blacklight_api.auth.authenticator import bearer_token
from blacklight_api.gateway import gateway_of
from blacklight_api.limits import limits_of, time_limit, within_body_limit
from blacklight_api.problems import Unavailable, problem_responses

_ALWAYS = (401, 403, 422, 429, 503)
_WITH_BODY = (400, 413)
_METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})

RequestHandler = Callable[[Request], Coroutine[Any, Any, Response]]


class GatewayRoute(APIRoute):
    """A route for callers with a key: authenticates, limits rate, body and time."""

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

    def get_route_handler(self) -> RequestHandler:
        """The endpoint behind its guards."""
        handle = super().get_route_handler()
        limits = limits_of(self.endpoint)

        async def guarded(request: Request) -> Response:
            gateway = gateway_of(request)
            try:
                async with time_limit(limits, gateway.settings.request_timeout):
                    principal = await gateway.authenticator.authenticate(bearer_token(request))
                    gateway.rate_limiter.check(principal.actor.id)
                    request.state.principal = principal
                    receive = within_body_limit(
                        request.headers, request.receive, limits.max_body_bytes
                    )
                    return await handle(Request(request.scope, receive))
            except TimeoutError:
                raise Unavailable("The request took too long and was given up.") from None

        return guarded


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
