"""Queries about mailboxes; sessions see one tenant's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from blacklight_shared.models import (
    EmailIntegration,
    EmailMessage,
    EmailMessageStatus,
    IntegrationStatus,
    IntegrationTokens,
    JobPostingSource,
    MailboxProviderName,
    OAuthState,
    SyncRun,
)
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from blacklight_api.pagination import IdKey, newest_first


@dataclass(frozen=True, slots=True)
class IntegrationFilter:
    """Which mailboxes are wanted; None means all."""

    user_id: int | None = None
    provider: MailboxProviderName | None = None
    status: IntegrationStatus | None = None


async def list_integrations(
    session: AsyncSession, wanted: IntegrationFilter, *, after: IdKey | None, limit: int
) -> Sequence[EmailIntegration]:
    """Mailboxes, the newest first."""
    query = select(EmailIntegration)
    if wanted.user_id is not None:
        query = query.where(EmailIntegration.user_id == wanted.user_id)
    if wanted.provider is not None:
        query = query.where(EmailIntegration.provider == wanted.provider)
    if wanted.status is not None:
        query = query.where(EmailIntegration.status == wanted.status)
    page = newest_first(query, EmailIntegration.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def find_integration(
    session: AsyncSession, integration_id: int, *, lock: bool = False
) -> EmailIntegration | None:
    """The mailbox."""
    query = select(EmailIntegration).where(EmailIntegration.id == integration_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def connect_integration(
    session: AsyncSession,
    *,
    tenant_id: int,
    user_id: int,
    provider: MailboxProviderName,
    address: str,
) -> EmailIntegration:
    """The mailbox, active; the same row as before if it was connected before."""
    fresh = {
        "status": IntegrationStatus.ACTIVE,
        "consecutive_failures": 0,
        "last_error_code": None,
        "last_error": None,
        "connected_at": func.now(),
        "updated_at": func.now(),
    }
    identity = {"user_id": user_id, "provider": provider, "address": address}
    added = (
        insert(EmailIntegration)
        .values(tenant_id=tenant_id, **identity)
        .on_conflict_do_update(index_elements=list(identity), set_=fresh)
        .returning(EmailIntegration)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(added)).one()


async def find_tokens(session: AsyncSession, integration_id: int) -> IntegrationTokens | None:
    """The tokens of a mailbox."""
    return await session.scalar(
        select(IntegrationTokens).where(IntegrationTokens.integration_id == integration_id)
    )


async def erase_tokens(session: AsyncSession, integration_id: int) -> None:
    """Forget the tokens of a mailbox; waits for a renewal that is under way."""
    await session.execute(
        delete(IntegrationTokens).where(IntegrationTokens.integration_id == integration_id)
    )


async def list_sync_runs(
    session: AsyncSession, integration_id: int, *, after: IdKey | None, limit: int
) -> Sequence[SyncRun]:
    """The readings of a mailbox, the newest first."""
    query = select(SyncRun).where(SyncRun.integration_id == integration_id)
    page = newest_first(query, SyncRun.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def list_messages(
    session: AsyncSession,
    integration_id: int,
    statuses: Sequence[EmailMessageStatus],
    *,
    after: IdKey | None,
    limit: int,
) -> Sequence[EmailMessage]:
    """The mails of a mailbox, the newest first, without their text."""
    query = select(EmailMessage).where(EmailMessage.integration_id == integration_id)
    if statuses:
        query = query.where(EmailMessage.status.in_(statuses))
    query = query.options(defer(EmailMessage.raw_sealed, raiseload=True))
    page = newest_first(query, EmailMessage.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def job_ids_of(
    session: AsyncSession, message_ids: Sequence[int]
) -> Mapping[int, Sequence[int]]:
    """The postings that mails hold, by mail, in the order in which they stand there."""
    rows = await session.execute(
        select(JobPostingSource.email_message_id, JobPostingSource.job_posting_id)
        .where(JobPostingSource.email_message_id.in_(message_ids))
        .order_by(JobPostingSource.email_message_id, JobPostingSource.position)
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row.email_message_id, []).append(row.job_posting_id)
    return found


async def delete_expired_states(session: AsyncSession) -> None:
    """Forget connections that were begun and never finished."""
    await session.execute(delete(OAuthState).where(OAuthState.expires_at <= func.now()))


async def find_state_tenant(session: AsyncSession, state_hash: bytes) -> int | None:
    """The tenant of a connection that was begun; by the system role, for nobody knows it yet."""
    return await session.scalar(
        select(OAuthState.tenant_id).where(OAuthState.state_hash == state_hash)
    )


async def take_state(session: AsyncSession, state_hash: bytes) -> OAuthState | None:
    """Use a connection that was begun up; the second of two that try gets None."""
    return await session.scalar(
        delete(OAuthState).where(OAuthState.state_hash == state_hash).returning(OAuthState)
    )
