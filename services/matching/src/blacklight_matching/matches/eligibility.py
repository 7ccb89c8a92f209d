"""Which pairs may be scored: one rule, whichever side arrives first.

A pair is scored if and only if the candidate is not deleted, is approved or ready for assignment,
and prefers the posting's role; the posting is active, and global or of the candidate's tenant.
Roles that were merged count as what they were merged into; rejected ones match nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.models import MATCHABLE_STATUSES, RoleStatus
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Integer

MATCHABLE = ", ".join(f"'{status}'" for status in MATCHABLE_STATUSES)

LIVING_ROLES = f"""
    SELECT role.id, canonical.id AS canonical_id
    FROM global_roles AS role
    JOIN global_roles AS canonical ON canonical.id = COALESCE(role.merged_into_id, role.id)
    WHERE canonical.status <> '{RoleStatus.REJECTED}'
"""  # noqa: S608 -- constants only
"""Every role with what it stands for."""


@dataclass(frozen=True, slots=True)
class ScoringTile:
    """A tenant's candidates of a range of ids, to be scored in one transaction.

    Attributes:
        tenant_id: The tenant.
        after_candidate_id: Candidates with a greater id …
        upto_candidate_id: … up to this one; None for no end.
        candidate_count: How many of them were eligible when the tile was planned.
    """

    tenant_id: int
    after_candidate_id: int
    upto_candidate_id: int | None
    candidate_count: int


async def plan_tiles(
    session: AsyncSession, job_ids: Sequence[int], *, candidates_per_tile: int
) -> list[ScoringTile]:
    """Cut the tenants that postings concern into tiles.

    Concerned are tenants with candidates for the postings, and those that have matches with them,
    which may have to go. The tiles of a tenant cover all candidate ids, so that matches of
    candidates who are no longer eligible are seen too.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        job_ids: The postings.
        candidates_per_tile: Eligible candidates in one tile.

    Returns:
        Tiles by tenant and range, rising.
    """
    rows = await session.execute(
        _PLAN_TILES, {"job_ids": list(job_ids), "candidates_per_tile": candidates_per_tile}
    )
    return [ScoringTile(*row) for row in rows]


_PLAN_TILES_SQL = f"""
    WITH living_role AS ({LIVING_ROLES}),
    posting AS (
      SELECT DISTINCT living_role.canonical_id AS role_id, job_postings.source_tenant_id
      FROM job_postings JOIN living_role ON living_role.id = job_postings.role_id
      WHERE job_postings.id = ANY(:job_ids) AND job_postings.status = 'active'
    ),
    eligible AS (
      SELECT DISTINCT candidates.tenant_id, candidates.id AS candidate_id
      FROM posting
      JOIN living_role ON living_role.canonical_id = posting.role_id
      JOIN candidate_preferred_roles AS preferred ON preferred.role_id = living_role.id
      JOIN candidates ON candidates.id = preferred.candidate_id
      WHERE candidates.deleted_at IS NULL AND candidates.status IN ({MATCHABLE})
        AND (posting.source_tenant_id IS NULL OR posting.source_tenant_id = candidates.tenant_id)
    ),
    numbered AS (
      SELECT tenant_id, candidate_id,
             (row_number() OVER (PARTITION BY tenant_id ORDER BY candidate_id) - 1)
               / :candidates_per_tile AS tile
      FROM eligible
    ),
    tiles AS (
      SELECT tenant_id, tile, max(candidate_id) AS last_id, count(*) AS candidate_count
      FROM numbered GROUP BY tenant_id, tile
      UNION ALL
      SELECT DISTINCT tenant_id, 0::bigint, 0::bigint, 0::bigint
      FROM candidate_job_matches
      WHERE job_posting_id = ANY(:job_ids) AND tenant_id NOT IN (SELECT tenant_id FROM eligible)
    )
    SELECT tenant_id,
           COALESCE(lag(last_id) OVER tenant, 0) AS after_candidate_id,
           CASE WHEN lead(last_id) OVER tenant IS NOT NULL THEN last_id END AS upto_candidate_id,
           candidate_count
    FROM tiles
    WINDOW tenant AS (PARTITION BY tenant_id ORDER BY tile)
    ORDER BY tenant_id, tile
    """  # noqa: S608 -- constants only
_PLAN_TILES = text(_PLAN_TILES_SQL).bindparams(
    bindparam("job_ids", type_=ARRAY(BigInteger)), bindparam("candidates_per_tile", type_=Integer)
)


async def roles_counted_as(session: AsyncSession, role_ids: Sequence[int]) -> list[int]:
    """The roles that count as one of some canonical roles: these, and what was merged into them.

    Args:
        session: Any session.
        role_ids: Canonical roles.

    Returns:
        Ids, rising.
    """
    return list(await session.scalars(_COUNTED_AS, {"role_ids": list(role_ids)}))


_COUNTED_AS = text(
    f"SELECT id FROM ({LIVING_ROLES}) AS living"  # noqa: S608 -- constants only
    " WHERE canonical_id = ANY(:role_ids) ORDER BY id"
).bindparams(bindparam("role_ids", type_=ARRAY(BigInteger)))


async def has_many_openings(session: AsyncSession, candidate_id: int, many: int) -> bool:
    """Whether there are at least so many open global postings in a candidate's roles.

    Args:
        session: A session of the candidate's tenant.
        candidate_id: The candidate.
        many: At least 1; no more are counted.
    """
    count = await session.scalar(_COUNT_OPENINGS, {"candidate_id": candidate_id, "many": many})
    return bool(count == many)


_COUNT_OPENINGS = text(
    f"""
    WITH living_role AS ({LIVING_ROLES})
    SELECT count(*) FROM (
      SELECT FROM job_postings
      WHERE status = 'active' AND source_tenant_id IS NULL AND role_id = ANY(ARRAY(
        SELECT living_role.id FROM living_role WHERE canonical_id IN (
          SELECT wanted.canonical_id
          FROM candidate_preferred_roles AS preferred
          JOIN living_role AS wanted ON wanted.id = preferred.role_id
          WHERE preferred.candidate_id = :candidate_id
        )
      ))
      LIMIT :many
    ) AS counted
    """  # noqa: S608 -- constants only
)
