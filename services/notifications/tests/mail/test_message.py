from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from blacklight_notifications.mail.message import build_envelope, with_ascii_domain
from blacklight_notifications.mail.rendering import render
from blacklight_notifications.mail.smtp import Envelope
from blacklight_notifications.mail.stationery import Stationery
from blacklight_shared.models import MailTemplate
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.tests.kinds import STATIONERY, UNSUBSCRIBE, contents

HEADERS = {
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}


def envelope(
    name: str = "Ada",
    recipient: str = "ada@example.com",
    stationery: Stationery = STATIONERY,
    unsubscribe_url: str | None = None,
) -> Envelope:
    template = MailTemplate.HR_NOTIFICATION
    mail = render(template, contents(name)[template], stationery)
    return build_envelope(
        mail,
        stationery,
        recipient=recipient,
        message_id="1@example.com",
        unsubscribe_url=unsubscribe_url,
    )


def parsed(sent: Envelope) -> EmailMessage:
    message = message_from_bytes(sent.content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_text_and_html_are_alternatives() -> None:
    message = parsed(envelope())
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert message["Reply-To"] == "hr@northwind.example.com"
    assert message["Message-ID"] == "<1@example.com>"


def test_one_click_unsubscribing_only_where_it_applies() -> None:
    assert parsed(envelope())["List-Unsubscribe"] is None
    message = parsed(envelope(unsubscribe_url=UNSUBSCRIBE))
    assert message["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_name_makes_a_header(name: str, firm: str) -> None:
    stationery = replace(STATIONERY, firm=firm)
    sent = envelope(f"{name}\r\nBcc: all@example.com", stationery=stationery)
    message = parsed(sent)
    assert set(message.keys()) == HEADERS
    assert message["To"].addresses[0].addr_spec == "ada@example.com"
    assert sent.content.isascii()
    assert all(len(line) <= 998 for line in sent.content.split(b"\r\n"))


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("ada@example.com", "ada@example.com"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("jörg@example.com", "jörg@example.com"),
    ],
)
def test_domains_are_written_as_the_dns_knows_them(address: str, on_the_wire: str) -> None:
    assert with_ascii_domain(address) == on_the_wire
    assert envelope(recipient=address).recipient == on_the_wire
