"""The end of matches whose posting is no longer open, or whose candidate was deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.models import MatchStatus
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.bulk import driver_connection
from blacklight_matching.matches.locks import (
    lock_for_candidate,
    lock_for_postings,
    lock_postings,
)
from blacklight_matching.matches.writer import WORKFLOW_ACTOR


@dataclass(frozen=True, slots=True)
class EndedMatches:
    """What became of the matches of postings that are no longer open.

    Attributes:
        removed: Nobody had acted on them.
        closed: Somebody had, so they stay, marked as closed.
    """

    removed: int
    closed: int

    def __add__(self, other: EndedMatches) -> EndedMatches:
        return EndedMatches(self.removed + other.removed, self.closed + other.closed)


async def tenants_with_matches(session: AsyncSession, job_ids: Sequence[int]) -> list[int]:
    """The tenants that have matches with postings, rising.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        job_ids: The postings.
    """
    tenant_ids = await session.scalars(
        text(
            "SELECT DISTINCT tenant_id FROM candidate_job_matches"
            " WHERE job_posting_id = ANY(:job_ids) ORDER BY tenant_id"
        ),
        {"job_ids": list(job_ids)},
    )
    return list(tenant_ids)


async def end_matches(
    session: AsyncSession, tenant_id: int, job_ids: Sequence[int]
) -> EndedMatches:
    """Remove a tenant's matches with postings that are not open, or close them; see ``locks``.

    Args:
        session: A transaction of the tenant, begun after the postings' new status was committed.
        tenant_id: The tenant.
        job_ids: The postings; open ones among them keep their matches.
    """
    await lock_for_postings(session, tenant_id)
    await lock_postings(session, job_ids)
    parameters = {"tenant_id": tenant_id, "job_ids": list(job_ids)}
    connection = await driver_connection(session)
    async with connection.cursor() as cursor:
        await cursor.execute(_REMOVE, parameters)
        removed = cursor.rowcount
        await cursor.execute(_CLOSE, parameters)
        closed = cursor.rowcount
    return EndedMatches(removed=removed, closed=closed)


async def remove_matches_of_candidate(
    session: AsyncSession, tenant_id: int, candidate_id: int
) -> int:
    """Remove the matches of a deleted candidate that nobody had acted on.

    Args:
        session: A transaction of the tenant, begun after the deletion was committed.
        tenant_id: The tenant.
        candidate_id: The candidate; one who was not deleted keeps all matches.

    Returns:
        How many there were.
    """
    await lock_for_candidate(session, tenant_id)
    connection = await driver_connection(session)
    cursor = await connection.execute(
        _REMOVE_OF_CANDIDATE, {"tenant_id": tenant_id, "candidate_id": candidate_id}
    )
    return cursor.rowcount


_OF_CLOSED_POSTINGS = """
    posting.id = existing.job_posting_id AND posting.status <> 'active'
    AND existing.tenant_id = %(tenant_id)s AND existing.job_posting_id = ANY(%(job_ids)s::bigint[])
"""

_REMOVE = f"""
DELETE FROM candidate_job_matches AS existing USING job_postings AS posting
WHERE {_OF_CLOSED_POSTINGS} AND existing.status = '{MatchStatus.NEW}'
"""  # noqa: S608 -- constants only

_CLOSE = f"""
UPDATE candidate_job_matches AS existing
SET status = '{MatchStatus.CLOSED}', status_changed_at = now(),
    status_changed_by = '{WORKFLOW_ACTOR}', updated_at = now()
FROM job_postings AS posting
WHERE {_OF_CLOSED_POSTINGS}
  AND existing.status NOT IN ('{MatchStatus.NEW}', '{MatchStatus.CLOSED}')
"""  # noqa: S608 -- constants only

_REMOVE_OF_CANDIDATE = f"""
DELETE FROM candidate_job_matches AS existing USING candidates
WHERE candidates.id = existing.candidate_id AND candidates.deleted_at IS NOT NULL
  AND existing.tenant_id = %(tenant_id)s AND existing.candidate_id = %(candidate_id)s
  AND existing.status = '{MatchStatus.NEW}'
"""  # noqa: S608 -- constants only
