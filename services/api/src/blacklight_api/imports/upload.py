"""Receiving the body of an import into a temporary file."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import Message
from tempfile import TemporaryFile

import orjson
from blacklight_shared.job_imports.columns import ColumnMapping
from blacklight_shared.job_imports.files import FORMAT_OF_MEDIA_TYPE, ImportFile, text_encoding
from fastapi import Request

from blacklight_api.problems import UnsupportedMediaType

MAX_IMPORT_BYTES = 1024**3
_BLOCK_BYTES = 1024**2


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that has been received whole."""

    file: ImportFile
    sha256: bytes

    def hash_with(self, *options: object) -> bytes:
        """SHA-256 of the content together with the options of the request."""
        return hashlib.sha256(
            self.sha256 + orjson.dumps(options, option=orjson.OPT_SORT_KEYS)
        ).digest()


@asynccontextmanager
async def received_upload(request: Request, column_mapping: ColumnMapping) -> AsyncIterator[Upload]:
    """The body of ``request`` as a file, deleted when the block ends.

    Raises:
        UnsupportedMediaType: The format or the charset is not one that is read.
    """
    media_type, charset = _content_type(request.headers.get("content-type", ""))
    if media_type not in FORMAT_OF_MEDIA_TYPE:
        raise UnsupportedMediaType(
            f"Send one of these in Content-Type: {', '.join(sorted(FORMAT_OF_MEDIA_TYPE))}."
        )
    file_format = FORMAT_OF_MEDIA_TYPE[media_type]
    try:
        encoding = text_encoding(file_format, charset)
    except LookupError:
        raise UnsupportedMediaType("Send text in UTF-8 or name a charset that exists.") from None
    digest = hashlib.sha256()
    with TemporaryFile() as content:
        async for block in _blocks(request.stream()):
            digest.update(block)
            await asyncio.to_thread(content.write, block)
        yield Upload(ImportFile(content, file_format, encoding, column_mapping), digest.digest())


async def _blocks(parts: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in larger pieces, since each is written by another thread."""
    block = bytearray()
    async for part in parts:
        block += part
        if len(block) >= _BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    yield bytes(block)


def _content_type(header: str) -> tuple[str, str | None]:
    parsed = Message()
    parsed["Content-Type"] = header
    return parsed.get_content_type(), parsed.get_content_charset()
