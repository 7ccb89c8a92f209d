"""Queries about roles; they belong to nobody, so every session sees all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.models import GlobalRole, RoleAlias, RoleStatus
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey
from blacklight_api.search import matches_words


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """Which roles are wanted; None and empty mean all."""

    statuses: Sequence[RoleStatus] = ()
    search: str | None = None


async def find_role(session: AsyncSession, role_id: int) -> GlobalRole | None:
    """The role, merged ones too."""
    return await session.scalar(select(GlobalRole).where(GlobalRole.id == role_id))


async def list_roles(
    session: AsyncSession, wanted: RoleFilter, *, after: IdKey | None, limit: int
) -> Sequence[GlobalRole]:
    """Roles, the newest first; the search box also looks through the aliases."""
    query = select(GlobalRole)
    if wanted.statuses:
        query = query.where(GlobalRole.status.in_(wanted.statuses))
    if wanted.search is not None:
        also_known_as = select(RoleAlias.role_id).where(
            matches_words(RoleAlias.alias, wanted.search)
        )
        query = query.where(
            matches_words(GlobalRole.name, wanted.search) | GlobalRole.id.in_(also_known_as)
        )
    if after is not None:
        query = query.where(GlobalRole.id < after.id)
    return (await session.scalars(query.order_by(GlobalRole.id.desc()).limit(limit))).all()


async def list_aliases(
    session: AsyncSession, role_id: int, *, after: IdKey | None, limit: int
) -> Sequence[RoleAlias]:
    """Other names of a role, the newest first."""
    query = select(RoleAlias).where(RoleAlias.role_id == role_id)
    if after is not None:
        query = query.where(RoleAlias.id < after.id)
    return (await session.scalars(query.order_by(RoleAlias.id.desc()).limit(limit))).all()
