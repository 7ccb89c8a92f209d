"""The parts of a message: which one is its text, and what came along."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message

from blacklight_email_sync.parsing.mime.charsets import clean, decode
from blacklight_email_sync.parsing.mime.headers import decode_header
from blacklight_email_sync.parsing.mime.html_text import html_to_text
from blacklight_email_sync.parsing.model import Attachment, CalendarPart

_MAX_PARTS = 200
_MAX_DEPTH = 20
_MAX_TEXT_BYTES = 1_000_000
_LONGEST_NAME = 200

_FLOWED_SPACE = re.compile(r"(?m)(?<=[^\n -]) \n(?=[^\s>])")
_CALENDAR_FIELD = re.compile(r"(?mi)^(METHOD|SUMMARY)(?:;[^:\n]{0,200})?:(.{0,300})$")


@dataclass(slots=True)
class Content:
    """What the parts of one message hold.

    Attributes:
        plain: Texts of type text/plain, in order.
        html: Texts of type text/html, converted, in order.
        nested: Messages that are parts of this one.
        attachments: Files.
        calendar: The first meeting.
        is_report: Whether the message is a delivery report.
    """

    plain: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    nested: list[Message] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    calendar: CalendarPart | None = None
    is_report: bool = False

    @property
    def text(self) -> str:
        """The plain text, or the HTML where there is more in it or the plain one lost its rows."""
        plain, html = "\n\n".join(self.plain).strip(), "\n\n".join(self.html).strip()
        if not html or not plain:
            return plain or html
        lost_rows = html.count("\t") > plain.count("\t") + 1
        return html if lost_rows or len(html.split()) > 2 * len(plain.split()) else plain


def read_content(message: Message) -> Content:
    """Read the parts of a message. The number and depth of parts are bounded."""
    content = Content(is_report=message.get_content_type() == "multipart/report")
    for part in _leaves(message):
        _add(content, part)
    return content


def _leaves(message: Message) -> Iterator[Message]:
    """The parts that are not multipart, and nested messages as a whole."""
    waiting = [(message, 0)]
    for _ in range(_MAX_PARTS):
        if not waiting:
            return
        part, depth = waiting.pop()
        is_message = part is not message and part.get_content_maintype() == "message"
        if part.is_multipart() and not is_message and depth < _MAX_DEPTH:
            waiting += [(child, depth + 1) for child in reversed(_children(part))]
        else:
            yield part


def _children(part: Message) -> list[Message]:
    """The parts of a part that has some; the payload of others is decoded when it is asked for."""
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)]


def _add(content: Content, part: Message) -> None:
    content_type = part.get_content_type()
    filename = _filename(part)
    if content_type == "message/rfc822" and part.is_multipart():
        content.nested += _children(part)[:1]
        return
    data = _data(part)
    if content_type == "text/calendar" or filename.lower().endswith(".ics"):
        content.calendar = content.calendar or _calendar(_text(part, data))
    if _is_file(part, content_type, filename):
        content.attachments.append(Attachment(filename, content_type, len(data)))
    elif content_type == "text/html":
        content.html.append(clean(html_to_text(_text(part, data))))
    elif content_type.startswith("text/") and content_type != "text/calendar":
        content.plain.append(_plain(part, clean(_text(part, data))))


def _is_file(part: Message, content_type: str, filename: str) -> bool:
    if not content_type.startswith("text/"):
        return not content_type.startswith(("multipart/", "message/"))
    return part.get_content_disposition() == "attachment" or (
        bool(filename) and content_type not in ("text/plain", "text/html", "text/calendar")
    )


def _filename(part: Message) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, TypeError, LookupError, MessageError):
        name = ""
    return " ".join(decode_header(name).split())[:_LONGEST_NAME]


def _data(part: Message) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except (ValueError, LookupError, binascii.Error, MessageError):
        payload = b""
    return payload if isinstance(payload, bytes) else b""


def _text(part: Message, data: bytes) -> str:
    try:
        label = part.get_content_charset()
    except (ValueError, LookupError, TypeError):
        label = None
    return decode(data[:_MAX_TEXT_BYTES], label)


def _plain(part: Message, text: str) -> str:
    """Undo soft line breaks of format=flowed (RFC 3676)."""
    if str(part.get_param("format", "") or "").lower() != "flowed":
        return text
    keeps_space = str(part.get_param("delsp", "") or "").lower() != "yes"
    return _FLOWED_SPACE.sub(" " if keeps_space else "", text)


def _calendar(text: str) -> CalendarPart:
    fields: dict[str, str] = {}
    for match in _CALENDAR_FIELD.finditer(clean(text)):
        fields.setdefault(match[1].upper(), match[2].strip())
    return CalendarPart(fields.get("METHOD", "").upper(), fields.get("SUMMARY", ""))
