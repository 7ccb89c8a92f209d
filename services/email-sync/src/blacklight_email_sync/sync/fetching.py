"""One round of a sync: some fifty new mails from the provider into the database.

Mails are stored as they come, in transactions of their own, and the cursor moves when all of the
round are stored. A round that breaks off anywhere is repeated from the same cursor and fetches only
what is missing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.integrations import NotConnectedError, TokensRefusedError
from blacklight_shared.workflows import ApiError, translating_errors
from pydantic import BaseModel

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.metrics import SYNC_LAG
from blacklight_email_sync.parsing.mime import read_mail
from blacklight_email_sync.providers.mailbox import (
    AccessLostError,
    Changes,
    CursorLostError,
    LookBack,
    MailRef,
    MailTooLargeError,
    RateLimitedError,
)
from blacklight_email_sync.sync import runs
from blacklight_email_sync.sync.keywords import Keywords
from blacklight_email_sync.sync.mails import (
    FetchedMail,
    Owner,
    Unfetched,
    known_mails,
    queued_since,
    store_mails,
)
from blacklight_email_sync.sync.outcomes import type_of
from blacklight_email_sync.sync.runs import InboxKey, Position

MAILS_PER_ROUND = 50
_MAILS_AT_A_TIME = 4
"""A mailbox at Microsoft takes four requests at a time; it also bounds what is held in memory."""

_log = structlog.stdlib.get_logger(__name__)


class Round(BaseModel):
    """What a round did.

    Attributes:
        message_ids: Mails that now wait for parsing, by their id here.
        is_complete: Whether the inbox has nothing more to give.
        is_over: Whether the integration was paused, disconnected or taken over meanwhile.
        wait_seconds: How long the provider asks to be left alone, if it does.
        failure: Why only the person can go on, if so.
        is_reported: Whether ``email/integration-error`` was emitted about it already.
    """

    message_ids: list[int] = []
    is_complete: bool = False
    is_over: bool = False
    wait_seconds: float | None = None
    failure: IntegrationErrorType | None = None
    is_reported: bool = False


async def fetch_round(
    deps: EmailSyncDeps, inbox: InboxKey, sync_run_id: int, after_message_id: int
) -> Round:
    """Fetch and store the next mails of an inbox.

    Args:
        deps: The worker's connections.
        inbox: Which.
        sync_run_id: The sync.
        after_message_id: The last mail that earlier rounds of the sync have reported.

    Raises:
        ApiError, RetriableError: The provider or the database fails; what was stored stays stored.
    """
    async with translating_errors("fetch mails"):
        outcome = await _attempt(deps, inbox, sync_run_id)
        async with deps.database.tenant_session(inbox.tenant_id) as session:
            message_ids = await queued_since(session, sync_run_id, after_message_id)
    return outcome.model_copy(update={"message_ids": message_ids})


async def _attempt(deps: EmailSyncDeps, inbox: InboxKey, sync_run_id: int) -> Round:
    async with deps.database.tenant_session(inbox.tenant_id) as session:
        position = await runs.load_position(session, inbox)
        keywords = await Keywords.of_tenant(session)
    if position is None:
        return Round(is_over=True)
    fetch = _Fetch(deps, inbox, sync_run_id, position, keywords)
    try:
        return await fetch.run()
    except RateLimitedError as error:
        return Round(wait_seconds=error.delay.total_seconds())
    except (AccessLostError, TokensRefusedError, NotConnectedError) as error:
        return Round(failure=type_of(error), is_reported=not isinstance(error, AccessLostError))
    finally:
        await fetch.count_calls()


class _Fetch:
    """The state of one attempt at a round."""

    def __init__(
        self,
        deps: EmailSyncDeps,
        inbox: InboxKey,
        sync_run_id: int,
        position: Position,
        keywords: Keywords,
    ) -> None:
        self._deps = deps
        self._inbox = inbox
        self._sync_run_id = sync_run_id
        self._position = position
        self._keywords = keywords
        self._mailbox = deps.mailboxes.open(position.provider, self._token)

    async def run(self) -> Round:
        cursor = self._position.cursor
        try:
            changes = await self._changes(cursor)
        except CursorLostError:
            _log.info("cursor lost", integration_id=self._inbox.integration_id)
            if not await self._advance(cursor, None):
                return Round(is_over=True)
            cursor = None
            changes = await self._changes(cursor)
        new = await self._unknown(changes.mails)
        for some in _portions(new.missing):
            await self._fetch_and_store(some)
        if not await self._advance(cursor, changes.cursor, found=new.count):
            return Round(is_over=True)
        return Round(is_complete=changes.is_complete)

    async def count_calls(self) -> None:
        """Note how often the provider was asked, also in vain."""
        async with self._deps.database.tenant_session(self._inbox.tenant_id) as session:
            await runs.count_calls(session, self._sync_run_id, self._mailbox.calls)

    async def _token(self, rejected: str | None) -> str:
        return await self._deps.tokens.access_token(
            self._inbox.tenant_id, self._inbox.integration_id, rejected=rejected
        )

    async def _changes(self, cursor: str | None) -> Changes:
        settings = self._deps.settings
        since = runs.look_back_start(
            self._position.last_synced_at,
            first=settings.first_look_back,
            longest=settings.longest_look_back,
        )
        look_back = LookBack(since, self._keywords.phrases)
        return await self._mailbox.changes(cursor, look_back, limit=MAILS_PER_ROUND)

    async def _unknown(self, mails: Sequence[MailRef]) -> _NewMails:
        async with self._deps.database.tenant_session(self._inbox.tenant_id) as session:
            stored = await known_mails(
                session, self._inbox.integration_id, [mail.id for mail in mails]
            )
        run_of = {mail.provider_id: mail.sync_run_id for mail in stored}
        missing = [mail for mail in mails if mail.id not in run_of]
        # Stored by an attempt of this sync that broke off: new all the same.
        ours = sum(run_of.get(mail.id) == self._sync_run_id for mail in mails)
        return _NewMails(missing, count=len(missing) + ours)

    async def _fetch_and_store(self, mails: Sequence[MailRef]) -> None:
        """Store what comes; what fails is raised after the rest is stored."""
        results = await asyncio.gather(*map(self._fetch, mails), return_exceptions=True)
        relevant = [found for found in results if isinstance(found, FetchedMail)]
        await self._store(relevant)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _fetch(self, ref: MailRef) -> FetchedMail | None:
        """The mail; None if it is gone or does not concern the tenant."""
        try:
            raw = await self._mailbox.raw_mail(ref.id, max_bytes=self._deps.settings.max_mail_bytes)
        except MailTooLargeError:
            return FetchedMail(ref.id, ref.received_at, unfetched=Unfetched.TOO_LARGE)
        except ApiError as error:
            if error.is_retriable:
                raise
            # It would be refused again and again, and the mails behind it never come.
            return FetchedMail(ref.id, ref.received_at, unfetched=Unfetched.REFUSED)
        if raw is None:
            return None
        mail = await asyncio.to_thread(read_mail, raw.content)
        if not self._keywords.match(mail.headers.subject, mail.text):
            return None
        received_at = raw.received_at or ref.received_at or mail.headers.sent_at
        return FetchedMail(ref.id, received_at, raw.content, mail)

    async def _store(self, mails: Sequence[FetchedMail]) -> None:
        owner = Owner(self._inbox.tenant_id, self._inbox.integration_id, self._sync_run_id)
        async with self._deps.database.tenant_session(owner.tenant_id) as session:
            queued = await store_mails(
                session,
                self._deps.secret_box,
                owner,
                mails,
                self._deps.settings.mail_retention,
            )
            await runs.count_queued(session, owner.integration_id, self._sync_run_id, queued)
        for mail in mails:
            if mail.received_at is not None:
                SYNC_LAG.observe(max((datetime.now(UTC) - mail.received_at).total_seconds(), 0))

    async def _advance(self, old: str | None, new: str | None, *, found: int = 0) -> bool:
        async with self._deps.database.tenant_session(self._inbox.tenant_id) as session:
            return await runs.advance(
                session,
                self._inbox.integration_id,
                self._sync_run_id,
                old=old,
                new=new,
                found=found,
            )


@dataclass(frozen=True, slots=True)
class _NewMails:
    """The mails of a page that this sync brings in.

    Attributes:
        missing: Still to be fetched.
        count: All of them.
    """

    missing: Sequence[MailRef]
    count: int


def _portions(mails: Sequence[MailRef]) -> Iterator[Sequence[MailRef]]:
    for start in range(0, len(mails), _MAILS_AT_A_TIME):
        yield mails[start : start + _MAILS_AT_A_TIME]
