"""Reads any bytes as a mail."""

from __future__ import annotations

from dataclasses import replace
from email import policy
from email.message import Message
from email.parser import BytesParser

from blacklight_email_sync.parsing.mime.headers import read_headers
from blacklight_email_sync.parsing.mime.parts import Content, read_content
from blacklight_email_sync.parsing.mime.threads import split_thread
from blacklight_email_sync.parsing.model import MailHeaders, ParsedMail, Passage

_MAX_BYTES = 4 * 1024 * 1024
_MAX_LINES = 60_000
_MAX_LINES_TIMES_BOUNDARIES = 1_500_000
"""The standard library compares every line with every boundary that is open."""
_MAX_CHARACTERS = 100_000
_MAX_NESTED = 5


def read_mail(raw: bytes) -> ParsedMail:
    """Decode a mail.

    Args:
        raw: As it was sent (RFC 5322); anything may be in it. What goes beyond 4 MB or 60,000
            lines is not read, nor are more than 100,000 characters of text.

    Returns:
        What could be read, for every input.
    """
    head = _head(raw)
    message = _parsed(head)
    content = read_content(message)
    mail = _mail(read_headers(message), content)
    is_truncated = len(head) < len(raw) or len(content.text) > _MAX_CHARACTERS
    return replace(
        mail, forwarded=(*mail.forwarded, *_attached(content)), is_truncated=is_truncated
    )


def _head(raw: bytes) -> bytes:
    """The beginning that is read, in bounded time."""
    head = raw[:_MAX_BYTES]
    boundaries = head.lower().count(b"boundary")
    lines = min(_MAX_LINES, _MAX_LINES_TIMES_BOUNDARIES // (boundaries + 1))
    # A lone CR ends a line as well, for the parser.
    pieces = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n", lines)
    return raw if len(raw) <= _MAX_BYTES and len(pieces) <= lines else b"\n".join(pieces[:lines])


def _parsed(raw: bytes) -> Message:
    """The message; where its parts are nested beyond sense, its headers and one body."""
    parser = BytesParser(policy=policy.compat32)
    try:
        return parser.parsebytes(raw)
    except RecursionError:
        return parser.parsebytes(raw, headersonly=True)


def _mail(headers: MailHeaders, content: Content) -> ParsedMail:
    text = content.text[:_MAX_CHARACTERS]
    own, *forwarded = split_thread(text, headers.subject, is_reply=headers.is_reply)
    return ParsedMail(
        headers=headers,
        own=own,
        forwarded=tuple(forwarded),
        attachments=tuple(content.attachments),
        calendar=content.calendar,
        is_report=content.is_report,
    )


def _attached(content: Content) -> list[Passage]:
    """The texts of mails that were forwarded as attachments."""
    passages: list[Passage] = []
    for nested in content.nested[:_MAX_NESTED]:
        inner = _mail(read_headers(nested), read_content(nested))
        headers = inner.headers
        passages.append(replace(inner.own, subject=headers.subject, sender=headers.sender))
        passages += inner.forwarded
    return passages
