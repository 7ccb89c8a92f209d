"""Uploaded files: read within the limit, told by their bytes, named safely."""

from __future__ import annotations

import asyncio
import hashlib
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any
from urllib.parse import quote

from blacklight_shared.documents import DocumentFormat, sniff_document
from blacklight_shared.models import ExtractionStatus
from fastapi import Response
from starlette.datastructures import UploadFile

from blacklight_api.problems import ContentTooLarge, Unprocessable, UnsupportedMediaType

MAX_DOCUMENT_BYTES = 10 * 1024 * 1024
MAX_FILENAME_LENGTH = 200
NAMELESS = "document"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that may be stored."""

    name: str
    format: DocumentFormat
    content: bytes = field(repr=False)
    sha256: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EarlierReading:
    """What came of reading a file before it was this candidate's.

    Attributes:
        status: ``EXTRACTED`` or ``SCANNED``: what need not be tried again.
        text: Its text.
        page_count: Its pages.
        reading: What it says, as ``ResumeReading``.
        error: Why there is no text.
    """

    status: ExtractionStatus
    text: str | None = field(repr=False)
    page_count: int | None
    reading: dict[str, Any] | None = field(repr=False)
    error: str | None


async def read_upload(upload: UploadFile) -> UploadedFile:
    """The uploaded file.

    Raises:
        ContentTooLarge: It has more than 10 MiB.
        Unprocessable: It is empty.
        UnsupportedMediaType: It is neither PDF nor Word (.docx) nor plain text.
    """
    content = await upload.read(MAX_DOCUMENT_BYTES + 1)
    if len(content) > MAX_DOCUMENT_BYTES:
        raise ContentTooLarge(MAX_DOCUMENT_BYTES)
    if not content:
        raise Unprocessable("file", "The file is empty.")
    file_format = await asyncio.to_thread(sniff_document, content)
    if file_format is None:
        raise UnsupportedMediaType("A document is a PDF, a Word file (.docx) or plain text.")
    return UploadedFile(
        name=safe_filename(upload.filename or ""),
        format=file_format,
        content=content,
        sha256=hashlib.sha256(content).digest(),
    )


def safe_filename(given: str) -> str:
    """The last part of a client's file name, without what could mean something to anyone.

    Control and formatting characters are dropped (a right-to-left override makes ``exe`` look
    like ``pdf``); a long name keeps its ending.
    """
    last = PureWindowsPath(PurePosixPath(given).name).name
    shown = "".join(
        character for character in last if not unicodedata.category(character).startswith("C")
    )
    return shown.strip()[-MAX_FILENAME_LENGTH:].lstrip() or NAMELESS


def download(filename: str, content_type: str, content: bytes) -> Response:
    """A stored file as a response that browsers save and never show."""
    return Response(
        content,
        headers={
            "Content-Type": content_type,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(filename)}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
