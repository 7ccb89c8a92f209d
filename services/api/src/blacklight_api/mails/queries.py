"""Queries about mails and suppressed addresses; sessions see one tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.models import (
    MailLogEntry,
    MailStatus,
    MailSuppression,
    MailTemplate,
    SuppressionReason,
)
from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey, newest_first


@dataclass(frozen=True, slots=True)
class MailFilter:
    """Which mails are wanted; None and empty mean all."""

    statuses: Sequence[MailStatus] = ()
    template: MailTemplate | None = None
    recipient: str | None = None
    business_key: str | None = None


async def list_mails(
    session: AsyncSession, wanted: MailFilter, *, after: IdKey | None, limit: int
) -> Sequence[MailLogEntry]:
    """Mails, the newest first."""
    query = select(MailLogEntry)
    if wanted.statuses:
        query = query.where(MailLogEntry.status.in_(wanted.statuses))
    if wanted.template is not None:
        query = query.where(MailLogEntry.template == wanted.template)
    if wanted.recipient is not None:
        query = query.where(MailLogEntry.recipient == wanted.recipient)
    if wanted.business_key is not None:
        query = query.where(MailLogEntry.business_key == wanted.business_key)
    page = newest_first(query, MailLogEntry.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def list_mails_about(
    session: AsyncSession, subject: str, recipient: str, *, limit: int
) -> Sequence[MailLogEntry]:
    """The latest mails to a person about one thing, such as ``invitation:12``."""
    rows = await session.scalars(
        select(MailLogEntry)
        .where(
            MailLogEntry.recipient == recipient,
            or_(
                MailLogEntry.business_key == subject,
                MailLogEntry.business_key.startswith(f"{subject}:", autoescape=True),
            ),
        )
        .order_by(MailLogEntry.id.desc())
        .limit(limit)
    )
    return rows.all()


async def find_mail(session: AsyncSession, mail_id: int) -> MailLogEntry | None:
    """The mail."""
    return await session.scalar(select(MailLogEntry).where(MailLogEntry.id == mail_id))


async def lock_sends(session: AsyncSession, mail: MailLogEntry) -> Sequence[MailLogEntry]:
    """All sends of the same logical mail, the latest first, kept from being changed by others."""
    rows = await session.scalars(
        select(MailLogEntry)
        .where(
            MailLogEntry.tenant_id == mail.tenant_id,
            MailLogEntry.template == mail.template,
            MailLogEntry.business_key == mail.business_key,
            MailLogEntry.recipient == mail.recipient,
        )
        .order_by(MailLogEntry.send_number.desc())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return rows.all()


async def list_suppressions(
    session: AsyncSession, *, email: str | None, after: IdKey | None, limit: int
) -> Sequence[MailSuppression]:
    """Suppressed addresses, the newest first."""
    query = select(MailSuppression)
    if email is not None:
        query = query.where(MailSuppression.email == email)
    page = newest_first(query, MailSuppression.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def suppress(
    session: AsyncSession, tenant_id: int, email: str, reason: SuppressionReason
) -> MailSuppression:
    """The suppression of an address, made unless there is one."""
    await session.execute(
        insert(MailSuppression)
        .values(tenant_id=tenant_id, email=email, reason=reason)
        .on_conflict_do_nothing()
    )
    found = await session.scalars(select(MailSuppression).where(MailSuppression.email == email))
    return found.one()


async def delete_suppression(session: AsyncSession, suppression_id: int) -> bool:
    """Delete a suppression; gives whether there was one."""
    deleted = await session.scalar(
        delete(MailSuppression)
        .where(MailSuppression.id == suppression_id)
        .returning(MailSuppression.id)
    )
    return deleted is not None
