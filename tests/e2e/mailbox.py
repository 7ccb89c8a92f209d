"""The mailboxes that the stack's mail goes to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar

from blacklight_devstack.emulators.smtp_sink import FaultOrder, SinkClient, SunkContent, SunkMail
from blacklight_devstack.stack import Stack

from .conftest import until

AnswerT = TypeVar("AnswerT")

_TOKEN = re.compile(r"/onboarding\?token=([\w-]+)")


class Mailbox:
    """Looks at what has arrived at the stack's mail server.

    Args:
        stack: Up, with a mail server of its own.
    """

    def __init__(self, stack: Stack) -> None:
        assert stack.mail_url is not None
        self._url = stack.mail_url

    async def all(self, recipient: str | None = None) -> list[SunkMail]:
        """What has arrived, at one address or at all."""
        return await self._ask(lambda sink: sink.mails(recipient))

    async def order(self, order: FaultOrder) -> None:
        """Make mails go wrong."""
        await self._ask(lambda sink: sink.order(order))

    async def end_faults(self) -> None:
        """Make nothing go wrong any more."""
        await self._ask(SinkClient.end_faults)

    async def next(self, recipient: str, subject: str) -> SunkContent:
        """The mail with these words in its subject, once it has arrived."""

        async def arrived() -> SunkMail | None:
            found = [mail for mail in await self.all(recipient) if subject in mail.subject]
            return found[-1] if found else None

        mail = await until(arrived)
        return await self._ask(lambda sink: sink.content(mail))

    async def _ask(self, question: Callable[[SinkClient], AnswerT]) -> AnswerT:
        def ask() -> AnswerT:
            with SinkClient(self._url) as sink:
                return question(sink)

        return await asyncio.to_thread(ask)


def token_in(mail: SunkContent) -> str:
    """The token of the link that an invitation carries."""
    [token] = set(_TOKEN.findall(mail.text))
    return str(token)
