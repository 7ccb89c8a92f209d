"""What every response gets: security headers, and an answer even to a bug."""

from __future__ import annotations

from http import HTTPStatus

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blacklight_api.portal.routing import broken_page, wants_page
from blacklight_api.problems import problem_response

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Set unless the endpoint has set them."""

log = structlog.stdlib.get_logger(__name__)


class SafeResponses:
    """Adds the security headers, and turns an unexpected exception into a problem document."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request (ASGI)."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self.app(scope, receive, send_with_headers)
        except Exception:
            if started:
                raise
            log.exception("request failed", method=scope["method"])
            response = _failure(Request(scope))
            await response(scope, receive, send_with_headers)


def _failure(request: Request) -> Response:
    if wants_page(request):
        return broken_page(request)
    return problem_response(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The gateway failed; the operators can find out why by the request id.",
        request_id=request.scope["state"].get("request_id"),
    )
