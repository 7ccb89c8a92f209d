"""Queries about a person's links and sessions; sessions of the database see one tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from blacklight_shared.models import PasswordReset, PortalSession
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.auth.sessions import session_has_ended

MAX_SESSIONS_SHOWN = 50


async def lock_open_link(session: AsyncSession, token_hash: bytes) -> PasswordReset | None:
    """The link of a token if it is still good, kept from being used by others."""
    return await session.scalar(
        select(PasswordReset)
        .where(
            PasswordReset.token_hash == token_hash,
            PasswordReset.used_at.is_(None),
            PasswordReset.expires_at > func.now(),
        )
        .with_for_update()
    )


async def tenant_of_link(session: AsyncSession, token_hash: bytes) -> int | None:
    """The tenant of a link; for a session of the system."""
    return await session.scalar(
        select(PasswordReset.tenant_id).where(PasswordReset.token_hash == token_hash)
    )


async def count_links_since(session: AsyncSession, user_id: int, age: timedelta) -> int:
    """How many links a person was sent lately."""
    found = await session.scalar(
        select(func.count())
        .select_from(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.created_at > func.now() - age)
    )
    return found or 0


async def close_links(session: AsyncSession, user_id: int) -> None:
    """Make all links of a person worthless."""
    await session.execute(
        update(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None))
        .values(used_at=func.now(), token_sealed=None)
    )


async def list_sessions(session: AsyncSession, user_id: int) -> Sequence[PortalSession]:
    """Where a person is signed in, the last used first."""
    rows = await session.scalars(
        select(PortalSession)
        .where(PortalSession.user_id == user_id, ~session_has_ended())
        .order_by(PortalSession.last_seen_at.desc(), PortalSession.id.desc())
        .limit(MAX_SESSIONS_SHOWN)
    )
    return rows.all()
