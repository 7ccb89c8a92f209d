from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from blacklight_matching.document_reader import READERS, DocumentReader
from blacklight_matching.resume.documents import (
    DocumentError,
    ScannedDocumentError,
    UnreadableDocumentError,
)
from fpdf import FPDF

MANY = 3 * READERS


@pytest.fixture
async def reader() -> AsyncIterator[DocumentReader]:
    reader = DocumentReader()
    yield reader
    await reader.aclose()


def scan() -> bytes:
    page = FPDF()
    page.add_page()
    page.rect(10, 10, 50, 50)
    return bytes(page.output())


def process_id(reader: DocumentReader) -> int:
    """The process of the reader that has been free for longest, which goes to the end."""
    child = reader._free.get_nowait()
    reader._free.put_nowait(child)
    assert child is not None
    assert child.process.pid is not None
    return child.process.pid


class TestExtract:
    async def test_reads_many_at_once(self, reader: DocumentReader) -> None:
        texts = await asyncio.gather(*(reader.extract(b"CV %d" % n) for n in range(MANY)))
        assert [extracted.text for extracted in texts] == [f"CV {n}" for n in range(MANY)]

    async def test_says_why_there_is_no_text(self, reader: DocumentReader) -> None:
        with pytest.raises(ScannedDocumentError, match="scan"):
            await reader.extract(scan())
        with pytest.raises(DocumentError, match="not a PDF"):
            await reader.extract(b"\x00\x01\x02")
        assert (await reader.extract(b"still there")).text == "still there"

    async def test_one_that_takes_too_long_is_given_up(self) -> None:
        hasty = DocumentReader(timedelta(0))
        with pytest.raises(UnreadableDocumentError, match="longer than 0 seconds"):
            await hasty.extract(b"anything")
        await hasty.aclose()

    async def test_one_whose_process_dies_does_not_take_others_along(
        self, reader: DocumentReader
    ) -> None:
        await asyncio.gather(*(reader.extract(b"warm up") for _ in range(READERS)))
        pids = [process_id(reader) for _ in range(READERS)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        waiting = [asyncio.create_task(reader.extract(b"lost")) for _ in pids]
        await asyncio.sleep(0)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

        lost = await asyncio.gather(*waiting, return_exceptions=True)

        assert [type(error) for error in lost] == [UnreadableDocumentError] * READERS
        assert (await reader.extract(b"next")).text == "next"
