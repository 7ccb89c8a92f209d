"""Handing mail to SMTP servers (RFC 5321), by connections that are used again.

A transaction is made command by command, because the moment a fault happens decides what it means:
before the content was sent nothing can have arrived, after it something may have.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiosmtplib
from blacklight_shared.models import SmtpSecurity

from blacklight_notifications.mail.errors import MailDeferredError, MailRefusedError
from blacklight_notifications.mail.network import open_socket

MAX_IDLE = timedelta(seconds=30)
"""Servers hang up on connections that say nothing; RFC 5321 lets them after five minutes."""
MAX_REPLY_LENGTH = 500


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server and how to log in there.

    Attributes:
        is_private_allowed: Whether it may be on a private or loopback address.
    """

    host: str
    port: int
    security: SmtpSecurity
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    is_private_allowed: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail as a server gets it; the recipient's domain is in ASCII."""

    sender: str
    recipient: str
    content: bytes = field(repr=False)


@dataclass(slots=True)
class _Idle:
    client: aiosmtplib.SMTP
    since: float


class SmtpTransport:
    """A pool of connections to any number of servers.

    Args:
        connections: How many are in use at a time.
        timeout: For each answer of a server.
        ca_file: Certificates to trust besides the system's.
    """

    def __init__(self, connections: int, timeout: timedelta, ca_file: Path | None = None) -> None:
        self._slots = asyncio.Semaphore(connections)
        self._timeout_seconds = timeout.total_seconds()
        self._tls_context = ssl.create_default_context()
        if ca_file is not None:
            self._tls_context.load_verify_locations(ca_file)
        self._idle: dict[SmtpServer, list[_Idle]] = defaultdict(list)

    @asynccontextmanager
    async def connection(self, server: SmtpServer) -> AsyncIterator[SmtpConnection]:
        """A connection for one mail; waits until one may be opened.

        Raises:
            MailDeferredError: The server cannot be reached, or does not let us in.
        """
        async with self._slots:
            client = await self._reused(server) or await self._opened(server)
            connection = SmtpConnection(client)
            try:
                yield connection
            except BaseException:
                client.close()
                raise
            if client.is_connected:
                self._idle[server].append(_Idle(client, time.monotonic()))

    async def aclose(self) -> None:
        """Say goodbye on all connections."""
        for idle in (one for waiting in self._idle.values() for one in waiting):
            with suppress(aiosmtplib.SMTPException):
                await idle.client.quit()
        self._idle.clear()

    async def _reused(self, server: SmtpServer) -> aiosmtplib.SMTP | None:
        while self._idle[server]:
            idle = self._idle[server].pop()
            if time.monotonic() - idle.since < MAX_IDLE.total_seconds():
                with suppress(aiosmtplib.SMTPException):
                    await idle.client.noop()
                    return idle.client
            idle.client.close()
        return None

    async def _opened(self, server: SmtpServer) -> aiosmtplib.SMTP:
        client = aiosmtplib.SMTP(
            hostname=server.host,
            sock=await open_socket(
                server.host, server.port, is_private_allowed=server.is_private_allowed
            ),
            local_hostname="localhost",
            timeout=self._timeout_seconds,
            use_tls=server.security is SmtpSecurity.TLS,
            start_tls=server.security is SmtpSecurity.STARTTLS,
            tls_context=self._tls_context,
            username=server.username,
            password=server.password,
        )
        try:
            await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise MailDeferredError(_words(error)) from error
        return client


class SmtpConnection:
    """A connection that is in use for one mail.

    Args:
        client: Connected and logged in.
    """

    def __init__(self, client: aiosmtplib.SMTP) -> None:
        self._client = client

    async def send(self, envelope: Envelope) -> str:
        """Hand over a mail; gives the server's words.

        Raises:
            MailRefusedError: The server refuses it for good.
            MailDeferredError: The server does not take it now, or the connection broke off.
        """
        try:
            await self._announce(envelope)
        except aiosmtplib.SMTPException as error:
            await self._give_up()
            raise _fault(error) from error
        try:
            reply = await self._client.data(envelope.content)
        except aiosmtplib.SMTPResponseException as error:
            await self._give_up()
            raise _fault(error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            self._client.close()
            raise MailDeferredError(_words(error), is_unanswered=True) from error
        return f"{reply.code} {reply.message}"[:MAX_REPLY_LENGTH]

    async def _announce(self, envelope: Envelope) -> None:
        options, encoding = [], "ascii"
        if not (envelope.sender + envelope.recipient).isascii():
            await self._client.ehlo()
            if not self._client.supports_extension("smtputf8"):
                raise aiosmtplib.SMTPRecipientRefused(
                    550, "The server does not take international addresses.", envelope.recipient
                )
            options, encoding = ["SMTPUTF8"], "utf-8"
        await self._client.mail(envelope.sender, options=options, encoding=encoding)
        await self._client.rcpt(envelope.recipient, encoding=encoding)

    async def _give_up(self) -> None:
        """Make the connection fit for the next mail, or close it."""
        try:
            await self._client.rset()
        except aiosmtplib.SMTPException:
            self._client.close()


def _fault(error: aiosmtplib.SMTPException) -> MailRefusedError | MailDeferredError:
    is_refusal = isinstance(error, aiosmtplib.SMTPResponseException) and error.code >= 500
    return MailRefusedError(_words(error)) if is_refusal else MailDeferredError(_words(error))


def _words(error: Exception) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        words = f"{error.code} {error.message}"
    else:
        words = f"{type(error).__name__}: {error}"
    return " ".join(words.split())[:MAX_REPLY_LENGTH]
