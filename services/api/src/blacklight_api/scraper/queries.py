"""Reading and locking the scraper queue."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from blacklight_shared.models import (
    ApiKey,
    GlobalRole,
    JobImportBatch,
    RoleAlias,
    RoleStatus,
    ScraperSession,
    ScraperSessionStatus,
    ScraperSubmission,
    ScrapeStatus,
    ScrapeTarget,
)
from sqlalchemy import Row, RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

MAX_ALIASES = 50


async def next_target(session: AsyncSession) -> ScrapeTarget | None:
    """The first pending target that no other claim has in hand, locked.

    Higher priority first, then whatever was scraped longest ago, never-scraped ones first. Roles
    that were rejected or merged into others are left out.
    """
    return await session.scalar(
        select(ScrapeTarget)
        .join(GlobalRole, GlobalRole.id == ScrapeTarget.role_id)
        .where(
            ScrapeTarget.status == ScrapeStatus.PENDING,
            GlobalRole.status.not_in((RoleStatus.REJECTED, RoleStatus.MERGED)),
        )
        .order_by(
            ScrapeTarget.priority.desc(),
            ScrapeTarget.last_scraped_at.asc().nulls_first(),
            ScrapeTarget.id,
        )
        .limit(1)
        .with_for_update(of=ScrapeTarget, skip_locked=True)
    )


async def lock_key(session: AsyncSession, api_key_id: int) -> None:
    """Make claims of one key wait for each other."""
    await session.execute(
        select(ApiKey.id).where(ApiKey.id == api_key_id).with_for_update(key_share=True)
    )


async def active_session_id(session: AsyncSession, api_key_id: int) -> uuid.UUID | None:
    """The key's session in progress, if it has one."""
    return await session.scalar(
        select(ScraperSession.id).where(
            ScraperSession.api_key_id == api_key_id,
            ScraperSession.status == ScraperSessionStatus.IN_PROGRESS,
        )
    )


async def locked_session(
    session: AsyncSession, session_id: uuid.UUID, api_key_id: int
) -> ScraperSession | None:
    """The key's session, locked against its end by anyone else."""
    return await session.scalar(
        select(ScraperSession)
        .where(ScraperSession.id == session_id, ScraperSession.api_key_id == api_key_id)
        .with_for_update()
    )


async def session_row(
    session: AsyncSession, session_id: uuid.UUID, api_key_id: int
) -> RowMapping | None:
    """The key's session with its role and location."""
    query = (
        select(
            ScraperSession.id,
            ScraperSession.status,
            ScraperSession.started_at,
            ScraperSession.heartbeat_at,
            ScraperSession.finished_at,
            ScrapeTarget.role_id,
            ScrapeTarget.location,
            GlobalRole.name.label("role"),
        )
        .join(ScrapeTarget, ScrapeTarget.id == ScraperSession.scrape_target_id)
        .join(GlobalRole, GlobalRole.id == ScrapeTarget.role_id)
        .where(ScraperSession.id == session_id, ScraperSession.api_key_id == api_key_id)
    )
    return (await session.execute(query)).mappings().one_or_none()


async def aliases_of(session: AsyncSession, role_id: int) -> Sequence[str]:
    """Other names of a role, in order."""
    query = (
        select(RoleAlias.alias)
        .where(RoleAlias.role_id == role_id)
        .order_by(RoleAlias.alias)
        .limit(MAX_ALIASES)
    )
    return (await session.scalars(query)).all()


async def submissions_of(
    session: AsyncSession, session_id: uuid.UUID
) -> Sequence[Row[str, datetime, str]]:
    """What the session delivered, a row a platform."""
    query = (
        select(
            ScraperSubmission.platform,
            ScraperSubmission.created_at,
            JobImportBatch.batch_key.label("batch_id"),
        )
        .outerjoin(JobImportBatch, JobImportBatch.id == ScraperSubmission.import_batch_id)
        .where(ScraperSubmission.session_id == session_id)
        .order_by(ScraperSubmission.platform)
    )
    return (await session.execute(query)).all()


async def target_rows(
    session: AsyncSession, *, status: ScrapeStatus | None, after_id: int | None, limit: int
) -> Sequence[RowMapping]:
    """Targets in the order in which they were made."""
    query = _targets().order_by(ScrapeTarget.id).limit(limit)
    if status is not None:
        query = query.where(ScrapeTarget.status == status)
    if after_id is not None:
        query = query.where(ScrapeTarget.id > after_id)
    return (await session.execute(query)).mappings().all()


async def target_row(session: AsyncSession, role_id: int, location: str) -> RowMapping:
    """The target of a role in a location."""
    query = _targets().where(ScrapeTarget.role_id == role_id, ScrapeTarget.location == location)
    return (await session.execute(query)).mappings().one()


def _targets() -> Select[tuple[object, ...]]:
    return select(*ScrapeTarget.__table__.columns, GlobalRole.name.label("role")).join_from(
        ScrapeTarget, GlobalRole, GlobalRole.id == ScrapeTarget.role_id
    )
