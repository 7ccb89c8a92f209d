"""The mail log: who may send a mail, and what became of it.

A logical mail is claimed by a row before it is sent and marked after. The claim is committed, so it
outlives a worker that is killed; the row is locked while the mail is handed over, so a second run
that has the same claim waits, and learns from the mark that nothing is left to do.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from blacklight_shared.events import Event
from blacklight_shared.models import (
    UNFINISHED_MAIL_STATUSES,
    MailLogEntry,
    MailStatus,
    MailSuppression,
    MailTemplate,
)
from blacklight_shared.workflows import NotFoundError, RetriableError
from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.mail.rendering import RenderedMail

_SECRET_IN_LINK = re.compile(r"([?&;]token=|/unsubscribe/)[\w.~%+=-]+")


@dataclass(frozen=True, slots=True)
class LogicalMail:
    """What makes two mails the same one."""

    tenant_id: int
    template: MailTemplate
    business_key: str
    recipient: str


async def entry_of(session: AsyncSession, mail: LogicalMail, event: Event) -> MailLogEntry:
    """The entry of a mail's first send, made if need be, and locked.

    Raises:
        RetriableError: Another run is sending it at this moment.
    """
    await session.execute(
        insert(MailLogEntry)
        .values(
            tenant_id=mail.tenant_id,
            template=mail.template,
            business_key=mail.business_key,
            recipient=mail.recipient,
            send_number=1,
            status=MailStatus.QUEUED,
            event_name=event.name,
            event_data=event.model_dump(mode="json"),
        )
        .on_conflict_do_nothing()
    )
    entry_id = await session.scalar(
        select(MailLogEntry.id).where(
            MailLogEntry.tenant_id == mail.tenant_id,
            MailLogEntry.template == mail.template,
            MailLogEntry.business_key == mail.business_key,
            MailLogEntry.recipient == mail.recipient,
            MailLogEntry.send_number == 1,
        )
    )
    return await locked_entry(session, entry_id or 0)


async def locked_entry(session: AsyncSession, entry_id: int) -> MailLogEntry:
    """An entry, locked until the transaction ends.

    Raises:
        NotFoundError: There is none in this tenant.
        RetriableError: Another run is sending it at this moment.
    """
    entry = await session.scalar(
        select(MailLogEntry)
        .where(MailLogEntry.id == entry_id)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    if entry is not None:
        return entry
    if await session.scalar(select(exists().where(MailLogEntry.id == entry_id))):
        raise RetriableError(f"mail {entry_id} is being sent by another run")
    raise NotFoundError("mail", entry_id)


def is_finished(entry: MailLogEntry) -> bool:
    """Whether nothing is left to do for it."""
    return entry.status not in UNFINISHED_MAIL_STATUSES


def claim(entry: MailLogEntry, mail: RenderedMail, *, domain: str) -> None:
    """Begin an attempt to send it.

    An entry that is claimed already belongs to an attempt whose end nobody wrote down: its worker
    was killed. The log keeps what the mail says, but for the secrets in its links.
    """
    if entry.status == MailStatus.SENDING:
        entry.unanswered_attempts += 1
    entry.status = MailStatus.SENDING
    entry.attempts += 1
    entry.subject = mail.subject
    entry.body_text = without_secrets(mail.text)
    entry.body_html = without_secrets(mail.html)
    entry.message_id = entry.message_id or message_id_of(entry, domain)


def without_secrets(body: str) -> str:
    """A mail whose links open nothing, for those who read it later."""
    return _SECRET_IN_LINK.sub(r"\1…", body)


def message_id_of(entry: MailLogEntry, domain: str) -> str:
    """The Message-ID of a mail, without angle brackets: the same whenever it is asked for."""
    identity = "\n".join(
        [
            str(entry.tenant_id),
            entry.template,
            entry.business_key,
            entry.recipient,
            str(entry.send_number),
        ]
    )
    return f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}@{domain}"


def mark_sent(entry: MailLogEntry, reply: str) -> None:
    """The server has taken it."""
    entry.status = MailStatus.SENT
    entry.server_reply = reply
    entry.sent_at = datetime.now(UTC)


def mark(entry: MailLogEntry, status: MailStatus, reply: str | None = None) -> None:
    """Something else has become of it."""
    entry.status = status
    entry.server_reply = reply or entry.server_reply


async def is_suppressed(session: AsyncSession, recipient: str) -> bool:
    """Whether the address wants no mail of this tenant."""
    found = await session.scalar(select(exists().where(MailSuppression.email == recipient)))
    return bool(found)
