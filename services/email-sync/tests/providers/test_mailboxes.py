"""Both providers behind one interface, against their emulators: what is not about storing."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from blacklight_devstack.emulators.faults import Fault
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes
from blacklight_email_sync.providers import gmail
from blacklight_email_sync.providers.http import TRIES, Patience
from blacklight_email_sync.providers.mailbox import (
    AccessLostError,
    CursorLostError,
    LookBack,
    Mailbox,
    ProviderUnavailableError,
    RateLimitedError,
)
from blacklight_email_sync.providers.mailboxes import Mailboxes
from blacklight_email_sync.settings import EmailSyncSettings
from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.models import MailboxProviderName
from blacklight_shared.workflows import ApiError
from inbox_world import SCOPES, mail, requirement

EVERYTHING = LookBack(datetime(2020, 1, 1, tzinfo=UTC))


@dataclass
class Opened:
    """A mailbox and its far side."""

    mailbox: Mailbox
    theirs: MailProvider
    address: str
    tokens: list[str]

    def receive(self, raw: bytes) -> None:
        self.theirs.accounts.deliver(self.address, raw)

    async def listed(self, cursor: str | None) -> tuple[list[str], str]:
        """Ids from a cursor to the end, and the cursor there."""
        found: list[str] = []
        while True:
            part = await self.mailbox.changes(cursor, EVERYTHING, limit=3)
            found += [ref.id for ref in part.mails]
            cursor = part.cursor
            if part.is_complete:
                return found, cursor


@pytest.fixture
async def mailboxes(settings: EmailSyncSettings) -> AsyncIterator[Mailboxes]:
    opened = Mailboxes(settings, Patience(backoff=timedelta(milliseconds=1)))
    yield opened
    await opened.aclose()


@pytest.fixture(params=list(MailboxProviderName))
def opened(
    request: pytest.FixtureRequest, mailboxes: Mailboxes, far_side: EmulatedMailboxes
) -> Opened:
    return open_mailbox(MailboxProviderName(request.param), mailboxes, far_side)


def open_mailbox(
    name: MailboxProviderName, mailboxes: Mailboxes, far_side: EmulatedMailboxes
) -> Opened:
    theirs = far_side.google if name is MailboxProviderName.GMAIL else far_side.microsoft
    address = f"{uuid.uuid4().hex[:12]}@example.com"
    tokens = [theirs.accounts.issue_token(address, SCOPES[name])]

    async def get_token(rejected: str | None) -> str:
        if rejected is not None:
            tokens.append(theirs.accounts.issue_token(address, SCOPES[name]))
        return tokens[-1]

    return Opened(mailboxes.open(name, get_token), theirs, address, tokens)


async def test_bytes_come_as_they_were_sent(opened: Opened) -> None:
    raw = b"Subject: caf\xe9\r\n\r\n\x00\xff binary \xc3\xa9\r\n"
    opened.receive(raw)
    [mail_id], _ = await opened.listed(None)
    found = await opened.mailbox.raw_mail(mail_id, max_bytes=10_000)
    assert found is not None
    assert found.content == raw


async def test_a_mail_that_is_not_there(opened: Opened) -> None:
    assert await opened.mailbox.raw_mail("18c00000deadbeef", max_bytes=10_000) is None


async def test_every_mail_is_listed_once_between_two_cursors(opened: Opened) -> None:
    for number in range(7):
        opened.receive(requirement(number))
    first, cursor = await opened.listed(None)
    for number in range(7, 12):
        opened.receive(requirement(number))
    second, cursor = await opened.listed(cursor)
    third, _ = await opened.listed(cursor)
    assert (len(set(first)), len(second), third) == (7, 5, [])
    assert not set(first) & set(second)


async def test_a_rejected_token_is_replaced_once(opened: Opened) -> None:
    opened.theirs.accounts.withdraw_tokens(opened.address)
    await opened.listed(None)
    assert len(opened.tokens) == 2
    opened.theirs.faults.order(Fault.UNAUTHORIZED, times=None)
    with pytest.raises(AccessLostError) as caught:
        await opened.listed(None)
    assert caught.value.error_type is IntegrationErrorType.TOKEN_EXPIRED
    assert len(opened.tokens) == 3


async def test_three_tries_and_no_more(opened: Opened) -> None:
    opened.theirs.faults.order(Fault.SERVER_ERROR, times=None)
    with pytest.raises(ProviderUnavailableError):
        await opened.listed(None)
    assert opened.theirs.faults.calls.total() == opened.mailbox.calls == TRIES


async def test_patience_ends(opened: Opened) -> None:
    opened.theirs.faults.order(Fault.RATE_LIMITED, times=None, delay_seconds=120)
    with pytest.raises(RateLimitedError) as caught:
        await opened.listed(None)
    assert caught.value.delay == timedelta(seconds=120)
    assert opened.theirs.faults.calls.total() == 1


async def test_errors_say_nothing_of_mails_or_tokens(opened: Opened) -> None:
    opened.receive(mail("Secret", "Data engineer secret"))
    opened.theirs.faults.order(Fault.NOT_JSON, times=None)
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- whichever it is
        await opened.listed(None)
    assert opened.tokens[0] not in str(caught.value)
    assert opened.address not in str(caught.value)


async def test_a_link_that_leads_elsewhere_gets_no_token(
    mailboxes: Mailboxes, far_side: EmulatedMailboxes
) -> None:
    outlook = open_mailbox(MailboxProviderName.OUTLOOK, mailboxes, far_side)
    with pytest.raises(CursorLostError):
        await outlook.mailbox.changes("https://elsewhere.example.com/x", EVERYTHING, limit=3)
    assert outlook.mailbox.calls == 0


async def test_google_searches_the_look_back_for_the_words(
    mailboxes: Mailboxes, far_side: EmulatedMailboxes
) -> None:
    inbox = open_mailbox(MailboxProviderName.GMAIL, mailboxes, far_side)
    inbox.receive(requirement(1))
    inbox.receive(mail("Lunch", "At noon?"))
    look_back = LookBack(EVERYTHING.since, ("Data Engineer", 'Quo"te'))
    part = await inbox.mailbox.changes(None, look_back, limit=10)
    assert len(part.mails) == 1
    many = LookBack(EVERYTHING.since, tuple(f"Role number {n}" for n in range(500)))
    part = await inbox.mailbox.changes(None, many, limit=10)
    assert len(part.mails) == 2, "a search that is too long is not sent"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}', "rate_limited"),
        (b'{"error": {"errors": [{"reason": "insufficientPermissions"}]}}', "consent_revoked"),
        (b"<html>", "consent_revoked"),
    ],
)
def test_what_google_means_by_403(body: bytes, expected: str) -> None:
    assert gmail.gmail_refusal(403, body) == expected
    assert gmail.gmail_refusal(404, body) is None


async def test_a_request_that_is_refused_is_not_repeated(
    mailboxes: Mailboxes, far_side: EmulatedMailboxes
) -> None:
    inbox = open_mailbox(MailboxProviderName.GMAIL, mailboxes, far_side)
    with pytest.raises(ApiError) as caught:
        await inbox.mailbox.changes(None, EVERYTHING, limit=0)
    assert caught.value.status == 400
    assert inbox.mailbox.calls == 2
