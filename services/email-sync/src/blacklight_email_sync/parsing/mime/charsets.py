"""Bytes to text, whatever their label says."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

_GUESS_BYTES = 4_096

# Labels that software in use writes; browsers read the first three as Windows code pages too
# (https://encoding.spec.whatwg.org/#names-and-labels).
_ALIASES = {
    "iso-8859-1": "cp1252",
    "latin-1": "cp1252",
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
}

# Python names of codecs that are not character sets of mail; some take quadratic time.
_NOT_CHARSETS = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(data: bytes, label: str | None) -> str:
    """Decode bytes that a mail labels with a character set.

    A byte order mark goes before the label, and so does valid UTF-8 that is more than ASCII where
    the label is not a multi-byte one: senders mislabel UTF-8 more often than the reverse. Without
    a label that can be used the likeliest character set is taken. What cannot be decoded becomes
    U+FFFD.
    """
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    codec_name = _codec(label)
    if codec_name is None or codec_name in _SINGLE_BYTE_LIKE:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError:
            codec_name = codec_name or _likeliest(data)
    return data.decode(codec_name, errors="replace")


def clean(text: str) -> str:
    """Make text of many origins alike: line ends, spaces, invisible and ornamental characters.

    Mathematical letters, with which bold print is imitated in plain text, become ordinary ones.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _ORNAMENTAL.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return text.translate(_REPLACED)


_SINGLE_BYTE_LIKE = frozenset({"cp1252", "utf-8"})

_ORNAMENTAL = re.compile("[\U0001d400-\U0001d7ff\uff01-\uff5e]+")

_REPLACED: dict[int, str | None] = {
    **dict.fromkeys(range(0x20)),
    **{ord(mark): " " for mark in "\x85\xa0\u1680\u202f\u205f\u3000"},
    **dict.fromkeys(range(8192, 8203), " "),
    **dict.fromkeys(map(ord, "\x7f\xad\u034f\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")),
    **dict.fromkeys(range(0x202A, 0x202F)),
    ord("\u2028"): "\n",
    ord("\u2029"): "\n",
    ord("\n"): "\n",
    ord("\t"): "\t",
    ord("\v"): "\n",
    ord("\f"): "\n",
}
_REPLACED.update(dict.fromkeys(range(0xD800, 0xE000), "\ufffd"))


def _codec(label: str | None) -> str | None:
    """The Python codec of a label; None where the label names none or too small a one."""
    if not label:
        return None
    name = label.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name).name
        b"a".decode(found, errors="replace")  # Codecs that give no text refuse.
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if found in _NOT_CHARSETS else found


def _likeliest(data: bytes) -> str:
    best = from_bytes(data[:_GUESS_BYTES]).best()
    return best.encoding if best else "cp1252"
