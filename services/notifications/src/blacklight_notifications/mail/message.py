"""From words to a message on the wire (RFC 5322, RFC 2045, RFC 8058)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from blacklight_notifications.mail.rendering import RenderedMail, one_line
from blacklight_notifications.mail.smtp import Envelope
from blacklight_notifications.mail.stationery import Stationery

MAX_NAME_LENGTH = 70


def build_envelope(
    mail: RenderedMail,
    stationery: Stationery,
    *,
    recipient: str,
    message_id: str,
    unsubscribe_url: str | None = None,
) -> Envelope:
    """The message with its envelope; text and HTML are alternatives.

    Args:
        mail: The words.
        stationery: Who sends.
        recipient: The address, as the database keeps it.
        message_id: Without angle brackets.
        unsubscribe_url: Makes it a mail that one click stops.
    """
    sender, to = with_ascii_domain(stationery.from_address), with_ascii_domain(recipient)
    message = EmailMessage(policy=SMTP if (sender + to).isascii() else SMTPUTF8)
    message["From"] = _address(sender, one_line(stationery.firm, MAX_NAME_LENGTH))
    message["To"] = _address(to)
    if stationery.reply_to is not None:
        message["Reply-To"] = _address(with_ascii_domain(stationery.reply_to))
    message["Subject"] = mail.subject
    message["Date"] = datetime.now(UTC)
    message["Message-ID"] = f"<{message_id}>"
    message["Auto-Submitted"] = "auto-generated"
    if unsubscribe_url is not None:
        message["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    return Envelope(sender, to, message.as_bytes())


def with_ascii_domain(address: str) -> str:
    """The address with its domain as the DNS knows it (RFC 5890)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


def _address(address: str, name: str = "") -> Address:
    # Not through addr_spec: that refuses international addresses (RFC 6532).
    username, _, domain = address.rpartition("@")
    return Address(name, username, domain)
