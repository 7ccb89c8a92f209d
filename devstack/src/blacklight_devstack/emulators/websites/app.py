"""Serves the sample sites on one loopback port, each under a name of its own.

``http://<site>.localhost:<port>/`` is a site; a number after its name (``corner-bakery-7``) makes
another one that looks the same. The bare address lists the sites.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from blacklight_devstack.emulators.websites.behaviour import BEHAVIOUR, ENCODINGS
from blacklight_devstack.emulators.websites.request_log import RequestLog, SeenRequest

_SITES = files("blacklight_devstack.emulators.websites").joinpath("sites")
_SITE_HOST = re.compile(r"(?P<site>[a-z-]+?)(?:-\d+)?\.localhost(?::\d+)?")
_PATH = re.compile(r"/|(?:/[a-z0-9-]+)+(?:\.txt|\.xml)?/?")
_MEDIA_TYPES = {".txt": "text/plain; charset=utf-8", ".xml": "application/xml"}


class SeenRequests(BaseModel):
    """What was asked of the sites.

    Attributes:
        requests: In order.
        most_open: The most requests that were open at a time, by host.
    """

    requests: list[SeenRequest]
    most_open: dict[str, int]


def create_app() -> FastAPI:
    """The sites, and what was asked of them."""
    log = RequestLog()
    app = FastAPI(title="Sample company sites", openapi_url=None)

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/", response_class=HTMLResponse)
    def list_sites(request: Request) -> str:
        names = sorted(
            {*(site.name for site in _SITES.iterdir()), *(name for name, _ in BEHAVIOUR)}
        )
        port = request.url.port
        links = "".join(
            f'<li><a href="http://{name}.localhost:{port}/">{name}</a>' for name in names
        )
        return f"<!doctype html><title>Sample sites</title><h1>Sample sites</h1><ul>{links}</ul>"

    @app.get("/control/requests")
    def list_requests() -> SeenRequests:
        return SeenRequests(requests=log.seen, most_open=dict(log.most_open))

    @app.delete("/control/requests", status_code=HTTPStatus.NO_CONTENT)
    def forget_requests() -> None:
        log.forget()

    app.add_middleware(_Sites, log=log)
    return app


class _Sites:
    """Answers what is asked of a site's host; the rest is for the app."""

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope) if scope["type"] == "http" else None
        host = _SITE_HOST.fullmatch(request.headers.get("Host", "")) if request else None
        if request is None or host is None:
            await self._app(scope, receive, send)
            return
        async with self._noted(request):
            answer = _answer(host["site"], request)
            await answer(scope, receive, send)

    @asynccontextmanager
    async def _noted(self, request: Request) -> AsyncIterator[None]:
        seen = self._log.begin(
            request.headers["Host"].partition(":")[0],
            request.url.path,
            request.headers.get("User-Agent", ""),
        )
        try:
            yield
        finally:
            self._log.end(seen)


def _answer(site: str, request: Request) -> Response:
    path = request.url.path
    behaviour = BEHAVIOUR.get((site, path))
    if behaviour is not None:
        return behaviour()
    file = _file(site, path)
    if file is None:
        return HTMLResponse("<!doctype html><title>Not found</title>", HTTPStatus.NOT_FOUND)
    text = file.read_text("utf-8").replace("{{origin}}", f"http://{request.headers['Host']}")
    encoding, media_type = ENCODINGS.get((site, path), ("utf-8", _media_type(path)))
    return Response(text.encode(encoding), headers={"Content-Type": media_type})


def _file(site: str, path: str) -> Traversable | None:
    if not _PATH.fullmatch(path):
        return None
    name = "index" if path == "/" else path.strip("/")
    name = name if name.endswith(tuple(_MEDIA_TYPES)) else f"{name}.html"
    file = _SITES.joinpath(site).joinpath(name)
    return file if file.is_file() else None


def _media_type(path: str) -> str:
    return _MEDIA_TYPES.get(path[-4:], "text/html; charset=utf-8")
