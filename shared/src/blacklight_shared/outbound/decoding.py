"""Compressed bodies, unpacked a piece at a time, so that a small bomb stays small."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from blacklight_shared.outbound.errors import Refusal, RefusedResponseError

PIECE_BYTES = 65_536

# Windows of 32 KiB, with a gzip header (RFC 1952); zlib.h, inflateInit2.
_GZIP = zlib.MAX_WBITS | 16


class Decoder(Protocol):
    """Unpacks a body part by part; never holds more than one piece beyond what it was given."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Unpack the next part of the body.

        Raises:
            RefusedResponseError: It cannot be unpacked.
        """

    def finish(self) -> None:
        """Say that the body has ended.

        Raises:
            RefusedResponseError: It was cut off.
        """


def decoder_for(content_encoding: str) -> Decoder:
    """The decoder for a `Content-Encoding` header (RFC 9110, section 8.4).

    Raises:
        RefusedResponseError: It is an encoding that nobody asked for.
    """
    encoding = content_encoding.strip().lower()
    if encoding in {"", "identity"}:
        return IdentityDecoder()
    if encoding in {"gzip", "x-gzip"}:
        return GzipDecoder()
    raise _unreadable()


class IdentityDecoder:
    """Passes on what was not compressed."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """The data itself."""
        yield data

    def finish(self) -> None:
        """Nothing: HTTP itself says whether a plain body is whole."""


class GzipDecoder:
    """Unpacks gzip; see ``Decoder``."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """Unpack, at most ``PIECE_BYTES`` at a time."""
        while data:
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                piece = self._member.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise _unreadable() from error
            if piece:
                yield piece
            data = self._member.unconsumed_tail or self._member.unused_data

    def finish(self) -> None:
        """Refuse a body without its end."""
        if not self._member.eof:
            raise _unreadable()


def unpack_gzip(data: bytes, *, limit_bytes: int) -> bytes:
    """Unpack a file that is gzip by itself, such as ``sitemap.xml.gz``.

    Raises:
        RefusedResponseError: It is not gzip, cut off, or larger than the limit when unpacked.
    """
    decoder = GzipDecoder()
    unpacked = bytearray()
    for piece in decoder.pieces(data):
        unpacked += piece
        if len(unpacked) > limit_bytes:
            raise too_large(limit_bytes)
    decoder.finish()
    return bytes(unpacked)


def too_large(limit_bytes: int) -> RefusedResponseError:
    """The error for a body above its limit."""
    return RefusedResponseError(Refusal.TOO_LARGE, f"the answer is larger than {limit_bytes} bytes")


def _unreadable() -> RefusedResponseError:
    return RefusedResponseError(Refusal.UNREADABLE_ENCODING, "the answer cannot be unpacked")
