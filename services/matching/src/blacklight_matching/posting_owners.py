"""Whose postings are: found across tenants by the system role, which sees ids only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class OwnedPostings:
    """Postings that one tenant may see, or everyone.

    Attributes:
        source_tenant_id: The only tenant that may see them; None for global ones.
        job_ids: The postings, rising.
    """

    source_tenant_id: int | None
    job_ids: list[int]


async def owners_of_postings(session: AsyncSession, job_ids: Sequence[int]) -> list[OwnedPostings]:
    """Who may see postings; postings that are gone are left out.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        job_ids: The postings.
    """
    rows = await session.execute(
        text("SELECT id, source_tenant_id FROM job_postings WHERE id = ANY(:ids) ORDER BY id"),
        {"ids": list(job_ids)},
    )
    return by_owner(rows)


def by_owner(rows: Iterable[Row[int, int | None]]) -> list[OwnedPostings]:
    """Sort rows of id and owner, rising by id, into one group for each owner."""
    grouped: dict[int | None, list[int]] = {}
    for job_id, source_tenant_id in rows:
        grouped.setdefault(source_tenant_id, []).append(job_id)
    return [OwnedPostings(tenant_id, ids) for tenant_id, ids in grouped.items()]
