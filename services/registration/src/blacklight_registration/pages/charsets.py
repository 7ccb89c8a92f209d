"""From the bytes of a page to its text, whatever the server says about the character set."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# https://html.spec.whatwg.org/multipage/parsing.html#prescan-a-byte-stream-to-determine-its-encoding
_META_BYTES = 4_096
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE
)
# What browsers read for these labels: https://encoding.spec.whatwg.org/#names-and-labels
_READ_AS = {"iso-8859-1": "windows-1252", "latin-1": "windows-1252", "ascii": "windows-1252"}
_LAST_RESORT = "windows-1252"


def decode(content: bytes, charset: str | None) -> str:
    """The text of a page.

    UTF-8 comes first: text in another character set is hardly ever valid UTF-8 by accident, while
    servers often name a wrong one.

    Args:
        content: The page as it came.
        charset: What the server said.

    Returns:
        The text; what cannot be read in any announced way has replacement characters.
    """
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    for encoding in _likely_encodings(content, charset):
        try:
            return content.decode(encoding)
        except (LookupError, ValueError):  # unknown, no character set, or not this one
            continue
    return content.decode(_LAST_RESORT, "replace")


def _likely_encodings(content: bytes, charset: str | None) -> Iterator[str]:
    yield "utf-8"
    meta = _META_CHARSET.search(content[:_META_BYTES])
    for label in (charset, meta[1].decode("ascii", "replace") if meta else None):
        if label is not None:
            yield _READ_AS.get(label.lower(), label)
