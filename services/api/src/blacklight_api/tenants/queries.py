"""Queries about tenants. A session of a tenant sees its own row; one of the platform sees all."""

from __future__ import annotations

from collections.abc import Sequence

from blacklight_shared.models import Tenant
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey, newest_first


async def find_tenant(
    session: AsyncSession, tenant_id: int, *, lock: bool = False
) -> Tenant | None:
    """The tenant; with ``lock``, kept from being changed by others."""
    query = select(Tenant).where(Tenant.id == tenant_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def list_tenants(
    session: AsyncSession, *, after: IdKey | None, limit: int
) -> Sequence[Tenant]:
    """Tenants, the newest first."""
    query = select(Tenant)
    page = newest_first(query, Tenant.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def find_tenant_by_slug(session: AsyncSession, slug: str) -> Tenant | None:
    """The tenant with this slug."""
    return await session.scalar(select(Tenant).where(Tenant.slug == slug))
