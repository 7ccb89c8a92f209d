"""What is still to be embedded: found by going through the ids of everything that is matched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from blacklight_shared.events import EmbeddedEntity
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.matches.eligibility import MATCHABLE


@dataclass(frozen=True, slots=True)
class OwnedIds:
    """Postings or candidates of one owner.

    Attributes:
        tenant_id: The tenant; None for global postings.
        ids: Rising.
    """

    tenant_id: int | None
    ids: list[int]


async def count_entities(session: AsyncSession, entity: EmbeddedEntity) -> int:
    """How many open postings, or matchable candidates, all tenants have together.

    Args:
        session: A session of the system role.
        entity: What is counted.
    """
    found = await session.scalar(
        text(f"SELECT count(*) FROM {_ENTITIES[entity]}")  # noqa: S608 -- constants only
    )
    return int(found or 0)


async def next_entities(
    session: AsyncSession, entity: EmbeddedEntity, *, after_id: int, limit: int
) -> list[OwnedIds]:
    """The open postings, or matchable candidates, that follow an id; grouped by owner.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        entity: What is looked for.
        after_id: Where the last look ended.
        limit: How many at most.
    """
    rows = await session.execute(
        text(
            f"SELECT id, {_OWNERS[entity]} FROM {_ENTITIES[entity]}"  # noqa: S608 -- constants only
            " AND id > :after_id ORDER BY id LIMIT :limit"
        ),
        {"after_id": after_id, "limit": limit},
    )
    return _by_owner(rows)


_ENTITIES = {
    EmbeddedEntity.JOBS: "job_postings WHERE status = 'active'",
    EmbeddedEntity.CANDIDATES: (f"candidates WHERE deleted_at IS NULL AND status IN ({MATCHABLE})"),
}
_OWNERS = {
    EmbeddedEntity.JOBS: "source_tenant_id",
    EmbeddedEntity.CANDIDATES: "tenant_id",
}


def _by_owner(rows: Iterable[Row[int, int | None]]) -> list[OwnedIds]:
    grouped: dict[int | None, list[int]] = {}
    for entity_id, tenant_id in rows:
        grouped.setdefault(tenant_id, []).append(entity_id)
    return [OwnedIds(tenant_id, ids) for tenant_id, ids in grouped.items()]
