"""Queries about the settings of mail; sessions see one tenant's."""

from __future__ import annotations

from blacklight_shared.models import TenantMailSettings
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession


async def find_settings(session: AsyncSession, *, lock: bool = False) -> TenantMailSettings | None:
    """The tenant's settings; None: all defaults."""
    query = select(TenantMailSettings)
    return await session.scalar(query.with_for_update() if lock else query)
