from __future__ import annotations

import smtplib
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
from blacklight_devstack.emulators.serving import serving
from blacklight_devstack.emulators.smtp_sink import (
    Fault,
    FaultOrder,
    MailStore,
    SinkClient,
    create_app,
)
from blacklight_devstack.ports import LOOPBACK, free_port


class Running:
    """A sink that answers, and a client of its mail port."""

    def __init__(self, url: str, smtp_port: int, folder: Path) -> None:
        self.url, self.smtp_port, self.folder = url, smtp_port, folder
        self.client = SinkClient(url)

    def send(self, recipient: str = "ada@example.com", subject: str = "Hello") -> None:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "hr@example.com", recipient, subject
        message["Message-ID"] = "<1@example.com>"
        message.set_content("Some text.")
        message.add_alternative("<p>Some text.</p><script>alert(1)</script>", subtype="html")
        with smtplib.SMTP(LOOPBACK, self.smtp_port, timeout=10) as smtp:
            smtp.send_message(message)


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Running]:
    smtp_port = free_port()
    with serving(create_app(tmp_path / "mails", smtp_port)) as url:
        running = Running(url, smtp_port, tmp_path / "mails")
        yield running
        running.client.close()


def test_keeps_and_shows_mails(sink: Running) -> None:
    sink.send()
    [mail] = sink.client.mails("ada@example.com")
    assert (mail.sender, mail.subject) == ("hr@example.com", "Hello")
    content = sink.client.content(mail)
    assert content.text.strip() == "Some text."
    assert content.headers["Message-ID"] == "<1@example.com>"
    page = httpx.get(f"{sink.url}/mails/{mail.id}").text
    assert "<script>alert" not in page
    assert 'sandbox="allow-popups"' in page
    assert "Hello" in httpx.get(sink.url).text
    assert httpx.get(f"{sink.url}/mails/99").status_code == 404


def test_mails_are_there_again_after_a_restart(sink: Running) -> None:
    sink.send()
    store = MailStore(sink.folder)
    store.load()
    assert [mail.subject for mail in store.mails] == ["Hello"]


def test_forgets_mails(sink: Running) -> None:
    sink.send()
    sink.client.forget_mails()
    assert sink.client.mails() == []
    assert list(sink.folder.iterdir()) == []


@pytest.mark.parametrize(("fault", "code"), [(Fault.DEFER, 450), (Fault.REFUSE, 550)])
def test_does_not_take_mail(sink: Running, fault: Fault, code: int) -> None:
    sink.client.order(FaultOrder(fault=fault, times=1))
    with pytest.raises(smtplib.SMTPRecipientsRefused) as caught:
        sink.send()
    assert caught.value.recipients["ada@example.com"][0] == code
    sink.send()
    assert len(sink.client.mails()) == 1


def test_drops_the_connection_after_it_has_the_mail(sink: Running) -> None:
    sink.client.order(FaultOrder(fault=Fault.DROP_AFTER_DATA, times=1))
    with pytest.raises(smtplib.SMTPServerDisconnected):
        sink.send()
    assert len(sink.client.mails()) == 1


def test_answers_late(sink: Running) -> None:
    sink.client.order(FaultOrder(fault=Fault.SLOW, delay_seconds=0.2))
    started = time.monotonic()
    sink.send()
    assert time.monotonic() - started >= 0.2


def test_faults_are_for_whom_they_are_ordered(sink: Running) -> None:
    sink.client.order(FaultOrder(fault=Fault.REFUSE, recipient="bo@example.com"))
    sink.send()
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        sink.send("bo@example.com")
    sink.client.end_faults()
    sink.send("bo@example.com")


def test_first_tries_of_one_in_three(sink: Running) -> None:
    sink.client.order(FaultOrder(fault=Fault.DEFER, first_try_of_one_in=3))
    deferred = 0
    for number in range(30):
        try:
            sink.send(f"p{number}@example.com")
        except smtplib.SMTPRecipientsRefused:
            deferred += 1
            sink.send(f"p{number}@example.com")
    assert 0 < deferred < 30
    assert len(sink.client.mails()) == 30
