"""Builds the mails of the sample inbox from their source files; the same source, the same bytes."""

from __future__ import annotations

import tomllib
from base64 import encodebytes
from datetime import UTC, datetime, timedelta
from email import charset as charsets
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime, parseaddr
from functools import cache
from importlib.resources import files
from quopri import encodestring

from blacklight_devstack.sample.inbox.model import Half, MailSource, SampleMail

DEFAULT_NEWEST = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
_BETWEEN_MAILS = timedelta(minutes=47)
_RECIPIENT = "Recruiter <recruiter@ourfirm.example.org>"


def sample_inbox(
    newest: datetime = DEFAULT_NEWEST, *, half: Half | None = None
) -> tuple[SampleMail, ...]:
    """Build the inbox.

    Args:
        newest: When the last mail was sent; the others before it, 47 minutes apart.
        half: Only this half; None takes both.

    Returns:
        The mails, oldest first.
    """
    sources = [(part, mail) for part in Half for mail in _read(part)]
    count = len(sources)
    return tuple(
        SampleMail(
            name=mail.name,
            half=part,
            raw=build_mail(mail, newest - _BETWEEN_MAILS * (count - 1 - number)),
            reason=mail.reason,
            postings=mail.posting,
        )
        for number, (part, mail) in enumerate(sources)
        if half is None or part is half
    )


def build_mail(source: MailSource, sent_at: datetime) -> bytes:
    """Build one mail."""
    content = _content(source)
    if source.attachments or source.calendar is not None:
        mixed = MIMEMultipart("mixed", boundary=f"mixed-{source.name}")
        mixed.attach(content)
        for name in source.attachments:
            mixed.attach(_attachment(name))
        if source.calendar is not None:
            mixed.attach(_meeting(source.calendar, sent_at))
        content = mixed
    for name, value in _headers(source, sent_at).items():
        content[name] = value
    return content.as_bytes()


@cache
def _read(half: Half) -> tuple[MailSource, ...]:
    text = (files(__package__) / f"{half}.toml").read_text("utf-8")
    return tuple(
        MailSource.model_validate({"sender": mail.pop("from"), **mail})
        for mail in tomllib.loads(text)["mail"]
    )


def _headers(source: MailSource, sent_at: datetime) -> dict[str, str]:
    name, address = parseaddr(source.sender)
    sender = source.sender if name.isascii() else f"{Header(name, 'utf-8').encode()} <{address}>"
    headers = {
        "From": sender,
        "To": _RECIPIENT,
        "Subject": Header(source.subject).encode(),
        "Date": format_datetime(sent_at),
        "Message-ID": f"<{source.name}@{address.partition('@')[2]}>",
    }
    if source.bulk:
        headers["List-Unsubscribe"] = f"<mailto:unsubscribe@{address.partition('@')[2]}>"
    return headers | source.headers


def _content(source: MailSource) -> MIMEBase:
    body = source.body.strip("\n") + "\n"
    if source.format != "alternative":
        return _text(body, source.format, source.charset, source.encoding)
    alternative = MIMEMultipart("alternative", boundary=f"alternative-{source.name}")
    pointer = "Your mail program does not show HTML.\n"
    alternative.attach(_text(pointer, "plain", "utf-8", "8bit"))
    alternative.attach(_text(body, "html", source.charset, source.encoding))
    return alternative


def _text(text: str, subtype: str, charset: str, encoding: str) -> MIMEBase:
    part = MIMENonMultipart("text", subtype, charset=charsets.Charset(charset).input_charset)
    data = text.encode(charset)
    if encoding == "base64":
        data = encodebytes(data)
    elif encoding == "quoted-printable":
        data = encodestring(data)
    part["Content-Transfer-Encoding"] = encoding
    part.set_payload(data.decode("ascii", errors="surrogateescape"))
    return part


def _attachment(name: str) -> MIMEBase:
    part = MIMENonMultipart("application", "octet-stream", name=name)
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = f'attachment; filename="{name}"'
    part.set_payload(encodebytes(f"The content of {name}.".encode()).decode("ascii"))
    return part


def _meeting(title: str, sent_at: datetime) -> MIMEBase:
    start = (sent_at + timedelta(days=2)).strftime("%Y%m%dT%H%M%SZ")
    lines = (
        "BEGIN:VCALENDAR",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"DTSTART:{start}",
        f"SUMMARY:{title}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    part = MIMENonMultipart("text", "calendar", charset="utf-8", method="REQUEST")
    part.set_payload("\r\n".join(lines))
    return part
