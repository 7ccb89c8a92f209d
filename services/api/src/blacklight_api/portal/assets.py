"""The portal's own style sheet, script and icons: read once, compressed once, cached for good."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from fastapi import APIRouter, Request, Response

from blacklight_api.problems import NotFound

ASSETS_PATH = "/assets"
_FOREVER = "public, max-age=31536000, immutable"
_DIGEST_LENGTH = 12

router = APIRouter(prefix=ASSETS_PATH, include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that browsers fetch."""

    content: bytes
    compressed: bytes
    media_type: str
    digest: str
    """Changes with the content; part of the address, so that caches never serve an old file."""


@cache
def assets() -> Mapping[str, Asset]:
    """All files, by name."""
    folder = resources.files("blacklight_api.portal") / "assets"
    return {entry.name: _asset(entry.name, entry.read_bytes()) for entry in folder.iterdir()}


def asset_url(name: str) -> str:
    """Where browsers fetch a file.

    Raises:
        KeyError: There is no such file.
    """
    return f"{ASSETS_PATH}/{assets()[name].digest}/{name}"


@router.get("/{digest}/{name}")
async def get_asset(digest: str, name: str, request: Request) -> Response:
    """One file, in the version that its address names."""
    asset = assets().get(name)
    if asset is None or asset.digest != digest:
        raise NotFound("file")
    headers = {"Cache-Control": _FOREVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.compressed, media_type=asset.media_type, headers=headers)
    return Response(asset.content, media_type=asset.media_type, headers=headers)


def _asset(name: str, content: bytes) -> Asset:
    media_type, _ = mimetypes.guess_type(name)
    return Asset(
        content=content,
        compressed=gzip.compress(content, mtime=0),
        media_type=media_type or "application/octet-stream",
        digest=hashlib.sha256(content).hexdigest()[:_DIGEST_LENGTH],
    )
