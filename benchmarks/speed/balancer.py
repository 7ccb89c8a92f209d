"""Spreads requests over workers as a load balancer of production does: to the least busy one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_TIMEOUT_SECONDS = 900.0
_HOP_BY_HOP = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


class LeastBusy:
    """A reverse proxy.

    Args:
        urls: Of the workers.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self._under_way = dict.fromkeys(urls, 0)
        self._http = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False)
        self.app = Starlette(
            routes=[Route("/{path:path}", self._forward, methods=["GET", "POST", "PUT"])],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        async with self._http:
            yield

    async def _forward(self, request: Request) -> Response:
        url = min(self._under_way, key=self._under_way.__getitem__)
        self._under_way[url] += 1
        try:
            answer = await self._http.request(
                request.method,
                f"{url}{request.url.path}",
                params=request.query_params,
                content=await request.body(),
                headers=[
                    (name, value)
                    for name, value in request.headers.items()
                    if name not in _HOP_BY_HOP
                ],
            )
        finally:
            self._under_way[url] -= 1
        headers = {k: v for k, v in answer.headers.items() if k.lower() not in _HOP_BY_HOP}
        return Response(answer.content, answer.status_code, headers)
