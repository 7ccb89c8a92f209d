"""Receiving the body of an import into a temporary file."""

from __future__ import annotations

import asyncio
import codecs
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import Message
from tempfile import TemporaryFile

import orjson
from blacklight_shared.job_imports.columns import ColumnMapping
from blacklight_shared.job_imports.files import FORMAT_OF_MEDIA_TYPE, ImportFile
from blacklight_shared.models import FileFormat
from fastapi import Request

from blacklight_api.problems import UnsupportedMediaType

MAX_IMPORT_BYTES = 1024**3
_DEFAULT_ENCODING = "utf-8-sig"
"""UTF-8, with or without the mark that spreadsheets put first."""


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
    digest = hashlib.sha256()
    with TemporaryFile() as content:
        async for part in request.stream():
            digest.update(part)
            await asyncio.to_thread(content.write, part)
        file_format = FORMAT_OF_MEDIA_TYPE[media_type]
        encoding = charset if file_format is FileFormat.CSV else _DEFAULT_ENCODING
        yield Upload(ImportFile(content, file_format, encoding, column_mapping), digest.digest())


def _content_type(header: str) -> tuple[str, str]:
    parsed = Message()
    parsed["Content-Type"] = header
    charset = parsed.get_content_charset()
    if charset is None or charset in {"utf-8", "utf8"}:
        return parsed.get_content_type(), _DEFAULT_ENCODING
    try:
        codecs.lookup(charset)
    except LookupError:
        raise UnsupportedMediaType("Send text in UTF-8 or name a charset that exists.") from None
    return parsed.get_content_type(), charset
