"""A mail server that takes every mail and delivers none: it keeps them on disk and shows them.

``GET /`` is a page for people; ``/api/mails`` tells programs what has arrived (see `SunkMail`), and
``/api/mails/{id}`` what is in it. ``POST /control/faults`` makes mails go wrong (see
`FaultOrder`), ``DELETE /control/faults`` ends that, ``DELETE /api/mails`` forgets the mails.

Run it with ``python -m blacklight_devstack.emulators.smtp_sink --port 8025 --smtp-port 1025
--folder mails``.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self
from weakref import WeakKeyDictionary

import httpx
import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, select_autoescape
from pydantic import BaseModel, Field

from blacklight_devstack.ports import LOOPBACK

MAX_MAIL_BYTES = 10 * 1024 * 1024

_pages = Environment(
    loader=PackageLoader("blacklight_devstack.emulators"), autoescape=select_autoescape()
)


class Fault(StrEnum):
    """What goes wrong with a mail."""

    DEFER = "defer"
    """450 to its recipient."""
    REFUSE = "refuse"
    """550 to its recipient."""
    SLOW = "slow"
    """The answer to its content comes after the delay."""
    DROP_AFTER_DATA = "drop_after_data"
    """It is kept, but the connection ends before the answer to its content."""


class FaultOrder(BaseModel):
    """Makes mails go wrong; the first order that fits a mail counts.

    Attributes:
        fault: What goes wrong.
        times: How often; None: until it is ended.
        recipient: Only mails to this address.
        first_try_of_one_in: Only the first try of one address in so many, chosen by its hash.
        delay_seconds: Of `Fault.SLOW`.
    """

    fault: Fault
    times: int | None = Field(default=None, ge=1)
    recipient: str | None = None
    first_try_of_one_in: int | None = Field(default=None, ge=1)
    delay_seconds: float = Field(default=1.0, ge=0)

    def fits(self, recipient: str, tries: int) -> bool:
        """Whether it is about this try of mail to an address; tries count from one."""
        if self.recipient is not None and self.recipient != recipient:
            return False
        if self.first_try_of_one_in is None:
            return True
        digest = int.from_bytes(hashlib.sha256(recipient.encode()).digest()[:8])
        return tries == 1 and digest % self.first_try_of_one_in == 0


class SunkMail(BaseModel):
    """A mail that has arrived."""

    id: int
    sender: str
    recipients: list[str]
    subject: str
    message_id: str


class SunkContent(SunkMail):
    """A mail that has arrived, with its content."""

    headers: dict[str, str]
    text: str
    html: str


@dataclass(slots=True)
class MailStore:
    """The mails of a folder: ``1.eml`` and, for the envelope, ``1.json``, and so on."""

    folder: Path
    mails: list[SunkMail] = field(default_factory=list)

    def load(self) -> None:
        """Find the mails of an earlier run."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = sorted(self.folder.glob("*.json"), key=lambda file: int(file.stem))
        self.mails = [SunkMail.model_validate_json(file.read_bytes()) for file in files]

    def add(self, sender: str, recipients: list[str], content: bytes) -> None:
        """Keep a mail."""
        message = _parsed(content)
        mail = SunkMail(
            id=self.mails[-1].id + 1 if self.mails else 1,
            sender=sender,
            recipients=recipients,
            subject=str(message["Subject"]),
            message_id=str(message["Message-ID"]),
        )
        (self.folder / f"{mail.id}.eml").write_bytes(content)
        (self.folder / f"{mail.id}.json").write_text(mail.model_dump_json())
        self.mails.append(mail)

    def find(self, mail_id: int) -> SunkContent:
        """A mail with its content.

        Raises:
            KeyError: There is none.
        """
        for mail in self.mails:
            if mail.id == mail_id:
                message = _parsed((self.folder / f"{mail.id}.eml").read_bytes())
                return SunkContent(
                    **mail.model_dump(),
                    headers={name: str(value) for name, value in message.items()},
                    text=_part(message, "plain"),
                    html=_part(message, "html"),
                )
        raise KeyError(mail_id)

    def forget(self) -> None:
        """Delete all mails."""
        for mail in self.mails:
            (self.folder / f"{mail.id}.eml").unlink()
            (self.folder / f"{mail.id}.json").unlink()
        self.mails.clear()


class SmtpSink:
    """Handles the commands of SMTP clients (the hooks of aiosmtpd).

    Args:
        store: Gets the mails.
    """

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._orders: list[FaultOrder] = []
        self._tries: dict[str, int] = {}
        self._ordered: WeakKeyDictionary[Envelope, FaultOrder] = WeakKeyDictionary()

    def order(self, order: FaultOrder) -> None:
        """Make mails go wrong."""
        self._orders.append(order)

    def forget(self) -> None:
        """Drop all orders, and forget who was tried."""
        self._orders.clear()
        self._tries.clear()

    async def handle_RCPT(  # noqa: N802 -- named by aiosmtpd
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """Take a recipient, or not."""
        order = self._next_order(address)
        if order is not None and order.fault is Fault.DEFER:
            return "450 4.2.1 The mailbox is busy, try again later"
        if order is not None and order.fault is Fault.REFUSE:
            return "550 5.1.1 There is no such mailbox"
        if order is not None:
            self._ordered[envelope] = order
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- named by aiosmtpd
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail."""
        order = self._ordered.pop(envelope, None)
        if order is not None and order.fault is Fault.SLOW:
            await asyncio.sleep(order.delay_seconds)
        content = envelope.content
        self._store.add(
            envelope.mail_from or "",
            list(envelope.rcpt_tos),
            content.encode() if isinstance(content, str) else content or b"",
        )
        if order is not None and order.fault is Fault.DROP_AFTER_DATA:
            if server.transport is not None:
                server.transport.close()
            raise ConnectionResetError
        return f"250 OK: kept as {len(self._store.mails)}"

    def _next_order(self, recipient: str) -> FaultOrder | None:
        tries = self._tries[recipient] = self._tries.get(recipient, 0) + 1
        for order in self._orders:
            if order.fits(recipient, tries):
                if order.times is not None:
                    order.times -= 1
                    if order.times == 0:
                        self._orders.remove(order)
                return order
        return None


class SinkClient:
    """Talks to a running sink; a context manager, or to be closed.

    Args:
        url: The sink's base URL.
    """

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, timeout=10, trust_env=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def mails(self, recipient: str | None = None) -> list[SunkMail]:
        """What has arrived, in the order of arrival."""
        found = self._http.get("/api/mails").raise_for_status().json()
        mails = [SunkMail.model_validate(mail) for mail in found]
        return [mail for mail in mails if recipient is None or recipient in mail.recipients]

    def content(self, mail: SunkMail) -> SunkContent:
        """A mail with its content."""
        found = self._http.get(f"/api/mails/{mail.id}").raise_for_status()
        return SunkContent.model_validate_json(found.content)

    def order(self, order: FaultOrder) -> None:
        """Make mails go wrong."""
        self._http.post("/control/faults", json=order.model_dump(mode="json")).raise_for_status()

    def forget_mails(self) -> None:
        """Delete all mails."""
        self._http.delete("/api/mails").raise_for_status()

    def end_faults(self) -> None:
        """Make nothing go wrong any more."""
        self._http.delete("/control/faults").raise_for_status()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()


def create_app(folder: Path, smtp_port: int, host: str = LOOPBACK) -> FastAPI:
    """The sink: SMTP on a port of its own, and this app to look at it.

    Args:
        folder: Keeps the mails.
        smtp_port: Where it takes mail.
        host: The address on which it takes mail.
    """
    store = MailStore(folder)
    sink = SmtpSink(store)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        store.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(
                sink,
                hostname="smtp-sink",
                ident="Blacklight's sink",
                enable_SMTPUTF8=True,
                data_size_limit=MAX_MAIL_BYTES,
                loop=loop,
            ),
            host,
            smtp_port,
        )
        async with server:
            yield

    app = FastAPI(title="SMTP sink", lifespan=lifespan)
    _add_api(app, store, sink)
    _add_pages(app, store)
    return app


def _add_api(app: FastAPI, store: MailStore, sink: SmtpSink) -> None:
    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/api/mails")
    def list_mails() -> list[SunkMail]:
        return store.mails

    @app.get("/api/mails/{mail_id}")
    def get_mail(mail_id: int) -> SunkContent:
        return _found(store, mail_id)

    @app.delete("/api/mails", status_code=HTTPStatus.NO_CONTENT)
    def forget_mails() -> None:
        store.forget()

    @app.post("/control/faults", status_code=HTTPStatus.NO_CONTENT)
    def order_fault(order: FaultOrder) -> None:
        sink.order(order)

    @app.delete("/control/faults", status_code=HTTPStatus.NO_CONTENT)
    def end_faults() -> None:
        sink.forget()


def _add_pages(app: FastAPI, store: MailStore) -> None:
    @app.get("/", response_class=HTMLResponse)
    def show_mails() -> str:
        return _page("mails.html", mails=store.mails[::-1])

    @app.get("/mails/{mail_id}", response_class=HTMLResponse)
    def show_mail(mail_id: int) -> str:
        return _page("mail.html", mail=_found(store, mail_id))


def _page(name: str, **values: Any) -> str:
    return _pages.get_template(name).render(values)


def _found(store: MailStore, mail_id: int) -> SunkContent:
    try:
        return store.find(mail_id)
    except KeyError:
        raise HTTPException(HTTPStatus.NOT_FOUND, "There is no such mail.") from None


def _parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 -- what the policy makes
    return message


def _part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    return "" if body is None else str(body.get_content())


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (%(default)s)")
    options = parser.parse_args()
    app = create_app(options.folder, options.smtp_port, options.host)
    uvicorn.run(app, host=options.host, port=options.port)


if __name__ == "__main__":
    main()
