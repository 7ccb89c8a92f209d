"""Queries about a tenant's skills; sessions see one tenant's."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from blacklight_shared.models import TenantSkill
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey, newest_first


async def all_skills(session: AsyncSession) -> Sequence[TenantSkill]:
    """Every skill that the tenant added; a taxonomy is read as a whole."""
    return (await session.scalars(select(TenantSkill).order_by(TenantSkill.id))).all()


async def skill_names(session: AsyncSession, skill_ids: Collection[int]) -> dict[int, str]:
    """Names of added skills by id."""
    if not skill_ids:
        return {}
    rows = await session.execute(
        select(TenantSkill.id, TenantSkill.name).where(TenantSkill.id.in_(skill_ids))
    )
    return {row.id: row.name for row in rows}


async def list_skills(
    session: AsyncSession, *, after: IdKey | None, limit: int
) -> Sequence[TenantSkill]:
    """Skills, the newest first."""
    query = select(TenantSkill)
    page = newest_first(query, TenantSkill.id, after=after, limit=limit)
    return (await session.scalars(page)).all()
