"""Fetching a feed of postings into a file, guarded and bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO

import httpx
from blacklight_shared.job_imports.columns import ColumnMapping
from blacklight_shared.job_imports.files import FORMAT_OF_MEDIA_TYPE, ImportFile, text_encoding
from blacklight_shared.models import FileFormat
from blacklight_shared.outbound import Answer, Destinations, Fetcher, FetchLimits
from blacklight_shared.workflows import ApiError, NonRetriableError
from blacklight_shared.workflows.translation import parse_retry_after

USER_AGENT = "Blacklight job import"
ACCEPT = ", ".join(sorted(FORMAT_OF_MEDIA_TYPE))

_FORMAT_OF_SUFFIX = {f".{file_format}": file_format for file_format in FileFormat} | {
    ".ndjson": FileFormat.JSON_LINES
}


@dataclass(frozen=True, slots=True)
class Feed:
    """Where postings are published, and how they are written.

    Attributes:
        url: The address, which may carry a token.
        format: How the rows are written; None: as the answer or the address says.
        column_mapping: Field of a posting → column of the feed.
    """

    url: str = field(repr=False)
    format: FileFormat | None
    column_mapping: ColumnMapping


@dataclass(frozen=True, slots=True)
class FeedRules:
    """What may be fetched.

    Attributes:
        destinations: Where feeds may be.
        max_bytes: Of a feed, as sent and when unpacked.
        timeout: For the whole fetch.
    """

    destinations: Destinations = Destinations()  # noqa: RUF009 -- frozen
    max_bytes: int = 512 * 1024 * 1024
    timeout: timedelta = timedelta(minutes=30)

    @property
    def limits(self) -> FetchLimits:
        """The rules as the fetcher takes them."""
        return FetchLimits(body_bytes=self.max_bytes, deadline=self.timeout)


@asynccontextmanager
async def fetched_feed(feed: Feed, rules: FeedRules) -> AsyncIterator[ImportFile]:
    """Fetch a feed into a temporary file, which is deleted when the block ends.

    Raises:
        OutboundError: The address is not one that may be called, or its answer is not taken.
        ApiError: The server refuses.
        NonRetriableError: The answer is in no format that is read.
        httpx.TransportError: The network failed.
        TimeoutError: It took too long.
    """
    with TemporaryFile() as content:
        async with (
            Fetcher(rules.destinations, user_agent=USER_AGENT, connections=1) as fetcher,
            fetcher.stream(feed.url, rules.limits, headers={"Accept": ACCEPT}) as answer,
        ):
            _require_success(answer)
            file = _file(feed, answer, content)
            async for chunk in answer.chunks:
                await asyncio.to_thread(content.write, chunk)
        yield file


def _require_success(answer: Answer) -> None:
    if not httpx.codes.is_success(answer.status):
        retry_after = parse_retry_after(answer.headers.get("Retry-After"))
        raise ApiError("feed", "fetch", answer.status, retry_after=retry_after)


def _file(feed: Feed, answer: Answer, content: IO[bytes]) -> ImportFile:
    file_format = feed.format or _announced_format(answer)
    if file_format is None:
        raise NonRetriableError(
            "neither the address nor the media type of the feed says its format;"
            " name it in the request"
        )
    try:
        encoding = text_encoding(file_format, answer.charset)
    except LookupError:
        raise NonRetriableError("the feed is in a charset that does not exist") from None
    return ImportFile(content, file_format, encoding, feed.column_mapping)


def _announced_format(answer: Answer) -> FileFormat | None:
    suffix = PurePosixPath(httpx.URL(answer.url).path).suffix.lower()
    return FORMAT_OF_MEDIA_TYPE.get(answer.media_type or "") or _FORMAT_OF_SUFFIX.get(suffix)
