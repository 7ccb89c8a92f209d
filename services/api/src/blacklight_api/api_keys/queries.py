"""Queries about API keys. A session sees one tenant's, or the platform's."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from blacklight_shared.models import ApiKey
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey, newest_first


async def find_key(session: AsyncSession, key_id: int) -> ApiKey | None:
    """The key."""
    return await session.scalar(select(ApiKey).where(ApiKey.id == key_id))


async def list_keys(session: AsyncSession, *, after: IdKey | None, limit: int) -> Sequence[ApiKey]:
    """Keys, the newest first, revoked ones too."""
    query = select(ApiKey)
    page = newest_first(query, ApiKey.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def names_of_keys(session: AsyncSession, key_ids: Collection[int]) -> dict[int, str]:
    """Names by id; keys of another tenant are left out."""
    rows = await session.execute(select(ApiKey.id, ApiKey.name).where(ApiKey.id.in_(key_ids)))
    return {row.id: row.name for row in rows}


async def usable_keys_named(session: AsyncSession, name: str) -> Sequence[ApiKey]:
    """Keys of this name that still open the door."""
    usable = ApiKey.revoked_at.is_(None) & or_(
        ApiKey.expires_at.is_(None), ApiKey.expires_at > func.now()
    )
    return (await session.scalars(select(ApiKey).where(ApiKey.name == name, usable))).all()
