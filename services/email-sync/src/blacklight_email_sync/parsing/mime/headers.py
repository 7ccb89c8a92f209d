"""Headers of a mail, read leniently: real mail breaks every rule of RFC 5322 and RFC 2047."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from quopri import decodestring

from blacklight_email_sync.parsing.mime.charsets import clean, decode
from blacklight_email_sync.parsing.model import Mailbox, MailHeaders

_MAX_HEADER_CHARACTERS = 4_000
_MAX_SHOWN_CHARACTERS = 500

# RFC 2047: =?charset*language?encoding?text?=
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]{0,2000})\?=")
_BETWEEN_WORDS = re.compile(r"(?<=\?=)\s+(?==\?)")
_SPACE = re.compile(r"\s+")
_ADDRESS = re.compile(r"(?P<address>[\w.+=&'*/-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})")
_BRACKETED_ADDRESS = re.compile(rf"[<\[(]\s?(?:mailto:)?{_ADDRESS.pattern}[^>\])]{{0,100}}[>\])]")
"""As in "Ann Lee <ann@example.com>", and as Outlook quotes it: "Ann Lee [mailto:…]"."""

REPLY_SUBJECT = re.compile(
    r"^\s*(?:re|aw|antw|antwort|sv|vs|rif|odp|r|ynt|res)\s*(?:\[\d+\]|\(\d+\))?\s*:", re.IGNORECASE
)
"""How a subject begins that answers another."""
FORWARD_SUBJECT = re.compile(
    r"^\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|fs)\s*(?:\[\d+\])?\s*:", re.IGNORECASE
)
"""How a subject begins that passes another on."""

_AUTOMATIC = ("x-autoreply", "x-autorespond")
_BULK = (
    "list-unsubscribe",
    "list-id",
    "x-campaign",
    "x-campaignid",
    "feedback-id",
    "x-mailgun-sid",
)
_BULK_PRECEDENCE = frozenset({"bulk", "list", "junk"})
_AUTOMATIC_PRECEDENCE = frozenset({"auto_reply", "auto-reply"})


def read_headers(message: Message) -> MailHeaders:
    """Read the headers of a message."""
    values = header_values(message)
    subject = _shown(values.get("subject", ""))
    precedence = values.get("precedence", "").strip().lower()
    return MailHeaders(
        message_id=_message_id(values.get("message-id", "")),
        subject=subject,
        sender=mailbox(values.get("from", "")),
        reply_to=mailbox(values["reply-to"]) if values.get("reply-to") else None,
        sent_at=_date(values.get("date", "")),
        is_automatic=_is_automatic(values) or precedence in _AUTOMATIC_PRECEDENCE,
        is_bulk=precedence in _BULK_PRECEDENCE or any(name in values for name in _BULK),
        is_reply=_is_reply(subject, values),
    )


def header_values(message: Message) -> Mapping[str, str]:
    """The first value of each header, decoded, by its name in lower case."""
    values: dict[str, str] = {}
    for name, value in message.raw_items():
        values.setdefault(name.lower(), decode_header(str(value)))
    return values


def decode_header(value: str) -> str:
    """Decode encoded words and raw bytes; wrong ones stay as they are."""
    value = value[:_MAX_HEADER_CHARACTERS]
    if not value.isascii():
        # The parser keeps bytes beyond ASCII as surrogates.
        value = decode(value.encode("utf-8", errors="surrogateescape"), None)
    joined = _BETWEEN_WORDS.sub("", value)
    return clean(_ENCODED_WORD.sub(_decoded_word, joined))


def mailbox(value: str) -> Mailbox:
    """The first address in a header value, and the name beside it."""
    value = value[:_MAX_HEADER_CHARACTERS]
    match = _BRACKETED_ADDRESS.search(value) or _ADDRESS.search(value)
    if match is None:
        return Mailbox(name=_shown(value).strip("\"' "))
    name = value[: match.start()] or (value[match.end() :] if match.re is _ADDRESS else "")
    return Mailbox(_shown(name).strip("\"'()<>, "), match["address"].lower())


def _decoded_word(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    try:
        if encoding in "bB":
            data = b64decode(text + "=" * (-len(text) % 4))
        else:
            data = decodestring(text.encode("ascii", errors="replace"), header=True)
    except (binascii.Error, ValueError):
        return match[0]
    return decode(data, charset)


def _shown(value: str) -> str:
    return _SPACE.sub(" ", value).strip()[:_MAX_SHOWN_CHARACTERS]


def _message_id(value: str) -> str:
    match = re.search(r"<[^<>\s]{1,900}>", value)
    return match[0] if match else _shown(value)


def _date(value: str) -> datetime | None:
    try:
        sent_at = parsedate_to_datetime(_shown(value))
        return sent_at if sent_at.tzinfo else sent_at.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _is_automatic(values: Mapping[str, str]) -> bool:
    submitted = values.get("auto-submitted", "no").strip().lower()
    # Job boards and mailing software mark mails "auto-generated"; only answers are meant here.
    return submitted.startswith("auto-replied") or any(name in values for name in _AUTOMATIC)


def _is_reply(subject: str, values: Mapping[str, str]) -> bool:
    if FORWARD_SUBJECT.match(subject):
        return False
    return bool(REPLY_SUBJECT.match(subject) or values.get("in-reply-to", "").strip())
