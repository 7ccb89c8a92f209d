"""Queries about portal users; sessions see one tenant's."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from blacklight_shared.models import PortalRole, PortalUser, PortalUserStatus
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey, newest_first


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which people are wanted; None means all."""

    role: PortalRole | None = None
    status: PortalUserStatus | None = None


async def find_user(session: AsyncSession, user_id: int) -> PortalUser | None:
    """The person."""
    return await session.scalar(select(PortalUser).where(PortalUser.id == user_id))


async def find_user_by_email(session: AsyncSession, email: str) -> PortalUser | None:
    """The person with this normalised address."""
    return await session.scalar(select(PortalUser).where(PortalUser.email == email))


async def names_of_users(session: AsyncSession, user_ids: Collection[int]) -> dict[int, str]:
    """Full names by id; ids that do not exist are absent."""
    rows = await session.execute(
        select(PortalUser.id, PortalUser.full_name).where(PortalUser.id.in_(user_ids))
    )
    return {row.id: row.full_name for row in rows}


async def list_users(
    session: AsyncSession, wanted: UserFilter, *, after: IdKey | None, limit: int
) -> Sequence[PortalUser]:
    """People, the newest first."""
    query = select(PortalUser)
    if wanted.role is not None:
        query = query.where(PortalUser.role == wanted.role)
    if wanted.status is not None:
        query = query.where(PortalUser.status == wanted.status)
    page = newest_first(query, PortalUser.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def lock_active_admins(session: AsyncSession) -> set[int]:
    """Ids of the admins who can sign in, kept from being changed by others."""
    rows = await session.scalars(
        select(PortalUser.id)
        .where(PortalUser.role == PortalRole.ADMIN, PortalUser.status == PortalUserStatus.ACTIVE)
        .order_by(PortalUser.id)
        .with_for_update()
    )
    return set(rows.all())
