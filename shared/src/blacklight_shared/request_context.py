"""What an HTTP request is known by: an id, a log line when it ends, a measurement."""

from __future__ import annotations

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blacklight_shared.metrics import HTTP_REQUEST_SECONDS

REQUEST_ID_HEADER = "X-Request-ID"
QUIET_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked every few seconds by machines."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

_log = structlog.stdlib.get_logger(__name__)


class RequestContextMiddleware:
    """Gives a request its id, and logs and measures its end.

    The id is the caller's ``X-Request-ID`` when it is 1 to 64 letters, digits, ``.``, ``_`` or
    ``-``, otherwise a new one. It is bound to all log lines of the request and sent back.

    Args:
        app: The app inside.
        quiet_paths: Logged only when the answer is 500 or above.
    """

    def __init__(self, app: ASGIApp, *, quiet_paths: frozenset[str] = QUIET_PATHS) -> None:
        self._app = app
        self._quiet_paths = quiet_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope).get(REQUEST_ID_HEADER))
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                MutableHeaders(scope=message)[REQUEST_ID_HEADER] = request_id
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._record(scope, status, time.perf_counter() - started)

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        # The route's template, not the path: a label per id would be a time series per id.
        route = getattr(scope.get("route"), "path", "unmatched")
        HTTP_REQUEST_SECONDS.labels(scope["method"], route, str(status)).observe(seconds)
        if scope["path"] in self._quiet_paths and status < 500:
            return
        _log.info(
            "request handled",
            method=scope["method"],
            route=route,
            status=status,
            seconds=round(seconds, 4),
        )


def _request_id(offered: str | None) -> str:
    if offered is not None and _REQUEST_ID.fullmatch(offered):
        return offered
    return uuid.uuid4().hex
