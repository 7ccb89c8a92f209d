"""Queries about the audit log. A session sees one tenant's, or the platform's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.models import AuditEntry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey, newest_first


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; None means all."""

    entity_type: str | None = None
    entity_id: str | None = None
    action: str | None = None
    actor_id: str | None = None


async def list_entries(
    session: AsyncSession, wanted: AuditFilter, *, after: IdKey | None, limit: int
) -> Sequence[AuditEntry]:
    """Entries, the newest first."""
    query = select(AuditEntry)
    if wanted.entity_type is not None:
        query = query.where(AuditEntry.entity_type == wanted.entity_type)
    if wanted.entity_id is not None:
        query = query.where(AuditEntry.entity_id == wanted.entity_id)
    if wanted.action is not None:
        query = query.where(AuditEntry.action == wanted.action)
    if wanted.actor_id is not None:
        query = query.where(AuditEntry.actor_id == wanted.actor_id)
    page = newest_first(query, AuditEntry.id, after=after, limit=limit)
    return (await session.scalars(page)).all()
