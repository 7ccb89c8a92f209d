"""Reads uploaded files in processes of its own, which may be slow, greedy or crash at no cost.

Libraries that parse PDF and Word files are given files by strangers. A child process reads one file
at a time, with a bound on its memory; one that takes too long is killed, and the next file gets a
new one.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import signal
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from blacklight_matching.resume.documents import (
    DocumentError,
    ExtractedText,
    ScannedDocumentError,
    UnreadableDocumentError,
    extract_text,
)

READERS = 2
TIME_LIMIT = timedelta(seconds=60)
MEMORY_LIMIT_BYTES = 2 << 30
"""Address space of a child, of which the libraries themselves take a few hundred megabytes."""

_STOP_TIMEOUT_SECONDS = 5.0


class DocumentReader:
    """Extracts text, at most ``READERS`` files at a time; its processes start when needed.

    Args:
        time_limit: For one file, the start of a process included.
    """

    def __init__(self, time_limit: timedelta = TIME_LIMIT) -> None:
        self._time_limit = time_limit
        self._free: asyncio.Queue[_Child | None] = asyncio.Queue()
        for _ in range(READERS):
            self._free.put_nowait(None)

    async def extract(self, content: bytes) -> ExtractedText:
        """Extract the text of a file.

        Args:
            content: The whole file.

        Raises:
            DocumentError: There is no text to be had; the message is for who uploaded the file.
        """
        free = await self._free.get()
        try:
            child = await asyncio.to_thread(_Child.start) if free is None else free
            free = None
            try:
                answer = await asyncio.to_thread(child.ask, content, self._time_limit)
            except BaseException:
                await asyncio.to_thread(child.stop)
                raise
            free = child
        finally:
            self._free.put_nowait(free)
        if isinstance(answer, _Refusal):
            raise answer.error()
        return answer

    async def aclose(self) -> None:
        """Stop the processes, once the files in hand are read."""
        for _ in range(READERS):
            child = await self._free.get()
            if child is not None:
                await asyncio.to_thread(child.stop)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A ``DocumentError`` on its way between processes: its classes cannot be pickled."""

    message: str
    is_scanned: bool

    def error(self) -> DocumentError:
        return ScannedDocumentError() if self.is_scanned else DocumentError(self.message)


@dataclass(frozen=True, slots=True)
class _Child:
    process: SpawnProcess
    connection: Connection

    @classmethod
    def start(cls) -> _Child:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), name="document-reader")
        process.daemon = True
        process.start()
        theirs.close()
        return cls(process, ours)

    def ask(self, content: bytes, time_limit: timedelta) -> ExtractedText | _Refusal:
        """Have a file read.

        Raises:
            UnreadableDocumentError: The child took too long or died; it cannot be used again.
        """
        try:
            self.connection.send_bytes(content)
            if not self.connection.poll(time_limit.total_seconds()):
                raise UnreadableDocumentError(
                    f"reading the document took longer than {time_limit.total_seconds():g} seconds"
                )
            answer: ExtractedText | _Refusal = self.connection.recv()
        except (EOFError, OSError) as error:
            raise UnreadableDocumentError("the document made the reader fail") from error
        return answer

    def stop(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.join(_STOP_TIMEOUT_SECONDS)
        with suppress(ValueError):  # still alive: the system has it, we cannot do more
            self.process.close()


def _serve(connection: Connection) -> None:
    """Run in the child: read files until the parent closes the connection or kills us."""
    # The parent decides when to stop; a Ctrl-C in the terminal reaches children too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    with suppress(EOFError, OSError):
        while True:
            connection.send(_extract(connection.recv_bytes()))


def _extract(content: bytes) -> ExtractedText | _Refusal:
    try:
        return extract_text(content)
    except DocumentError as error:
        return _Refusal(str(error), is_scanned=isinstance(error, ScannedDocumentError))
    except MemoryError:
        return _Refusal("the document takes too much memory to read", is_scanned=False)
    except Exception as error:
        return _Refusal(f"the document is broken ({type(error).__name__})", is_scanned=False)
