"""Delivering one mail to one recipient: claim, hand over, mark.

Exactly once as far as SMTP allows. A mail is claimed in a transaction of its own, then handed over
while its entry is locked, then marked. What is marked is never sent again. Killed before the server
has taken the mail, the worker leaves a claim, and the next attempt sends. Killed in the moment
between the server's answer and the commit of the mark, nobody knows that it arrived: the next
attempt sends it again, under the same Message-ID, and the entry counts an unanswered attempt.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import structlog
from blacklight_shared.events import Event
from blacklight_shared.models import (
    MailLogEntry,
    MailStatus,
    MailTemplate,
    PortalUser,
    PortalUserStatus,
)
from blacklight_shared.unsubscribing import Unsubscription
from blacklight_shared.workflows import NotFoundError, RetriableError, translating_errors
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.kinds.kind import Kind, PointlessMailError
from blacklight_notifications.kinds.registry import kind_of, stored_event
from blacklight_notifications.mail import log
from blacklight_notifications.mail.errors import MailDeferredError, MailRefusedError
from blacklight_notifications.mail.message import build_envelope
from blacklight_notifications.mail.rendering import render
from blacklight_notifications.mail.smtp import Envelope, SmtpConnection, SmtpServer
from blacklight_notifications.mail.stationery import load_stationery
from blacklight_notifications.metrics import MAILS, MAILS_UNANSWERED

_ALWAYS_WANTED = frozenset({MailTemplate.MAIL_SERVER_TEST, MailTemplate.PASSWORD_RESET})
"""A person has just asked for these, whatever they have said about other mail."""

_log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """A mail that is wanted: by an event, or by an entry that exists already.

    Attributes:
        tenant_id: Whose mail it is.
        event: What asks for it; None: the entry tells.
        asked_on: The day (UTC) of the event.
        user_id: The portal user who gets it; None: ``to_email`` of the event.
        mail_id: The entry, when a person has made one; None: the one of the logical mail.
    """

    tenant_id: int
    event: Event | None = None
    asked_on: date = date.min
    user_id: int | None = None
    mail_id: int | None = None


@dataclass(frozen=True, slots=True)
class _ReadyMail:
    """A claimed mail that only needs handing over."""

    mail_id: int
    template: MailTemplate
    envelope: Envelope
    server: SmtpServer


async def deliver(deps: NotificationDeps, order: Order) -> MailStatus:
    """Send a mail unless that is done; gives what has become of it.

    Raises:
        RetriableError: The server does not take it now, or another run is sending it.
        NotFoundError: The user, the entry or the tenant is gone.
    """
    async with translating_errors("deliver"):
        ready = await _claim(deps, order)
        if isinstance(ready, MailStatus):
            return ready
        return await _hand_over(deps, order.tenant_id, ready)


async def give_up(deps: NotificationDeps, order: Order) -> MailStatus:
    """Write down that every attempt has failed, unless the mail went out after all."""
    async with deps.database.tenant_session(order.tenant_id) as session:
        entry, _event, _reader = await _entry(session, order)
        if not log.is_finished(entry):
            log.mark(entry, MailStatus.FAILED)
            _count(entry)
        return MailStatus(entry.status)


async def _claim(deps: NotificationDeps, order: Order) -> _ReadyMail | MailStatus:
    async with deps.database.tenant_session(order.tenant_id) as session:
        entry, event, reader = await _entry(session, order)
        if log.is_finished(entry):
            return MailStatus(entry.status)
        kind = kind_of(event)
        if await _is_unwanted(session, kind, entry):
            return _end(entry, MailStatus.SUPPRESSED)
        try:
            content = await kind.compose(session, event, reader, deps)
        except PointlessMailError as error:
            return _end(entry, MailStatus.SKIPPED, error.reason)
        return await _write(session, deps, kind, entry, content)


async def _write(
    session: AsyncSession,
    deps: NotificationDeps,
    kind: Kind[Event],
    entry: MailLogEntry,
    content: object,
) -> _ReadyMail:
    stationery = await load_stationery(session, entry.tenant_id, deps.settings, deps.secret_box)
    unsubscribe_url = _unsubscribe_url(deps, entry) if kind.can_unsubscribe else None
    mail = render(kind.template, content, stationery, unsubscribe_url=unsubscribe_url)
    was_unanswered = entry.unanswered_attempts
    log.claim(entry, mail, domain=stationery.domain)
    MAILS_UNANSWERED.labels(entry.template).inc(entry.unanswered_attempts - was_unanswered)
    envelope = build_envelope(
        mail,
        stationery,
        recipient=entry.recipient,
        message_id=entry.message_id or "",
        unsubscribe_url=unsubscribe_url,
    )
    return _ReadyMail(entry.id, kind.template, envelope, stationery.server)


async def _hand_over(deps: NotificationDeps, tenant_id: int, mail: _ReadyMail) -> MailStatus:
    try:
        async with (
            deps.transport.connection(mail.server) as connection,
            deps.database.tenant_session(tenant_id) as session,
        ):
            status = await _send(session, connection, mail)
    except MailDeferredError as fault:
        async with deps.database.tenant_session(tenant_id) as session:
            entry = await log.locked_entry(session, mail.mail_id)
            _defer(entry, fault)
            status = MailStatus(entry.status)
    MAILS.labels(mail.template, status).inc()
    _log.info("mail handed over", mail_id=mail.mail_id, template=mail.template, status=status)
    if status is MailStatus.RETRYING:
        raise RetriableError(f"mail {mail.mail_id} was not taken by the mail server")
    return status


async def _send(session: AsyncSession, connection: SmtpConnection, mail: _ReadyMail) -> MailStatus:
    entry = await log.locked_entry(session, mail.mail_id)
    if entry.status != MailStatus.SENDING:
        return MailStatus(entry.status)
    try:
        log.mark_sent(entry, await connection.send(mail.envelope))
    except MailRefusedError as refusal:
        log.mark(entry, MailStatus.BOUNCED, refusal.reply)
    except MailDeferredError as fault:
        _defer(entry, fault)
    return MailStatus(entry.status)


def _defer(entry: MailLogEntry, fault: MailDeferredError) -> None:
    if entry.status != MailStatus.SENDING:
        return
    log.mark(entry, MailStatus.RETRYING, fault.reply)
    if fault.is_unanswered:
        entry.unanswered_attempts += 1
        MAILS_UNANSWERED.labels(entry.template).inc()


async def _entry(
    session: AsyncSession, order: Order
) -> tuple[MailLogEntry, Event, PortalUser | None]:
    """The locked entry of an order, what asked for the mail, and which user reads it."""
    if order.mail_id is not None:
        entry = await log.locked_entry(session, order.mail_id)
        event = stored_event(entry.event_name, entry.event_data)
        is_user = getattr(event, "to_email", None) is None
        return entry, event, await _user_at(session, entry.recipient) if is_user else None
    if order.event is None:
        raise ValueError("an order names an event or an entry")
    kind = kind_of(order.event)
    reader = await _user(session, order.user_id) if order.user_id is not None else None
    recipient = reader.email if reader else getattr(order.event, "to_email")  # noqa: B009
    mail = log.LogicalMail(
        order.tenant_id,
        kind.template,
        kind.business_key(order.event, order.asked_on),
        recipient.strip().lower(),
    )
    return await log.entry_of(session, mail, order.event), order.event, reader


async def _is_unwanted(session: AsyncSession, kind: Kind[Event], entry: MailLogEntry) -> bool:
    if kind.template in _ALWAYS_WANTED:
        return False
    return await log.is_suppressed(session, entry.recipient)


async def _user(session: AsyncSession, user_id: int) -> PortalUser:
    user = await session.scalar(select(PortalUser).where(PortalUser.id == user_id))
    if user is None:
        raise NotFoundError("user", user_id)
    return user


async def _user_at(session: AsyncSession, email: str) -> PortalUser | None:
    return await session.scalar(
        select(PortalUser).where(
            PortalUser.email == email, PortalUser.status == PortalUserStatus.ACTIVE
        )
    )


def _unsubscribe_url(deps: NotificationDeps, entry: MailLogEntry) -> str:
    wish = Unsubscription(entry.tenant_id, MailTemplate(entry.template), entry.recipient)
    return f"{deps.settings.public_url}/unsubscribe/{wish.to_token(deps.secret_box)}"


def _end(entry: MailLogEntry, status: MailStatus, reason: str | None = None) -> MailStatus:
    log.mark(entry, status, reason)
    _count(entry)
    return status


def _count(entry: MailLogEntry) -> None:
    MAILS.labels(entry.template, entry.status).inc()
    _log.info("mail not sent", mail_id=entry.id, template=entry.template, status=entry.status)
