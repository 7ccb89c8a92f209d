"""What sample sites do besides showing files: being slow, huge, hostile, broken."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from functools import cache

from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

GIANT_BYTES = 200_000_000
BOMB_BYTES = 64_000_000

_HTML = "text/html; charset=utf-8"
_DRIP_SECONDS = 0.2
_PIECE = b"<p>Large prints, larger prints, the largest prints.</p>\n" * 1_000


def redirect_to_metadata() -> Response:
    """To where clouds keep the secrets of a machine."""
    return RedirectResponse("http://169.254.169.254/latest/meta-data/", 302)


def drip() -> Response:
    """A page that never ends, and never stops."""

    async def drops() -> AsyncIterator[bytes]:
        yield b"<!doctype html><title>About</title><p>"
        while True:
            await asyncio.sleep(_DRIP_SECONDS)
            yield b"... "

    return StreamingResponse(drops(), media_type=_HTML)


def giant() -> Response:
    """A page of 200 MB that does not say how large it is."""

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(GIANT_BYTES // len(_PIECE)):
            yield _PIECE
            await asyncio.sleep(0)

    return StreamingResponse(pieces(), media_type=_HTML)


def bomb() -> Response:
    """A page that is small until it is unpacked."""
    return Response(_bomb(), media_type=_HTML, headers={"Content-Encoding": "gzip"})


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(BOMB_BYTES), compresslevel=1)


class BrokenOff(Response):
    """An answer that ends in its middle, as from a server that goes down."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the beginning."""
        headers = [(b"content-type", _HTML.encode()), (b"content-length", b"5000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"<!doctype", "more_body": True})


BEHAVIOUR: dict[tuple[str, str], Callable[[], Response]] = {
    ("trapdoor", "/"): redirect_to_metadata,
    ("slow-foundry", "/about"): drip,
    ("giant-prints", "/about"): giant,
    ("quiet-bomb", "/about"): bomb,
    ("halfway-house", "/about"): BrokenOff,
    ("halfway-house", "/careers"): BrokenOff,
}
"""By site and path; any other path is a file."""

ENCODINGS: dict[tuple[str, str], tuple[str, str]] = {
    ("mueller-soehne", "/"): ("windows-1252", "text/html; charset=utf-8"),
    ("mueller-soehne", "/ueber-uns"): ("utf-8", "text/html; charset=x-klingon"),
    ("mueller-soehne", "/leistungen"): ("iso-8859-1", "text/html"),
    ("mueller-soehne", "/impressum"): ("utf-16", "text/html; charset=iso-8859-1"),
}
"""By site and path: the character set of a file, and the one that its server claims."""
