"""Postings and candidates that have a role, of all tenants, page by page; and moving them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger

from blacklight_matching.matches.eligibility import MATCHABLE
from blacklight_matching.posting_owners import OwnedPostings, by_owner


@dataclass(frozen=True, slots=True)
class OwnedCandidates:
    """Candidates of a tenant.

    Attributes:
        tenant_id: The tenant.
        candidate_ids: The candidates, rising.
        matchable_ids: Those among them that may be matched.
    """

    tenant_id: int
    candidate_ids: list[int]
    matchable_ids: list[int]


async def role_and_merged(session: AsyncSession, role_id: int) -> list[int]:
    """The role that a role stands for, and all that were merged into that one.

    The first is the one that the others stand for; none when there is no such role.
    """
    ids = await session.scalars(
        text(
            "SELECT member.id FROM global_roles AS role JOIN global_roles AS member"
            " ON COALESCE(role.merged_into_id, role.id) IN (member.id, member.merged_into_id)"
            " WHERE role.id = :role_id ORDER BY member.merged_into_id NULLS FIRST, member.id"
        ),
        {"role_id": role_id},
    )
    return list(ids)


async def postings_of_roles(
    session: AsyncSession, role_ids: Sequence[int], *, after_job_id: int, limit: int
) -> list[OwnedPostings]:
    """The active postings that have one of the roles, a page of them.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        role_ids: The roles, as the postings have them.
        after_job_id: Where the page before ended, 0 for the first.
        limit: Postings on a page.
    """
    rows = await session.execute(
        text(
            "SELECT id, source_tenant_id FROM job_postings"
            " WHERE role_id = ANY(:role_ids) AND status = 'active' AND id > :after"
            " ORDER BY id LIMIT :limit"
        ),
        {"role_ids": list(role_ids), "after": after_job_id, "limit": limit},
    )
    return by_owner(rows)


async def move_postings(
    session: AsyncSession, job_ids: Sequence[int], *, from_roles: Sequence[int], to_role: int
) -> None:
    """Give postings another role.

    Args:
        session: A transaction that sees the postings.
        job_ids: The postings; those that have none of ``from_roles`` stay as they are.
        from_roles: The roles that go.
        to_role: The role that stays.
    """
    await session.execute(
        _MOVE_POSTINGS,
        {"job_ids": list(job_ids), "from_roles": list(from_roles), "to_role": to_role},
    )


async def candidates_of_roles(
    session: AsyncSession, role_ids: Sequence[int], *, after_candidate_id: int, limit: int
) -> list[OwnedCandidates]:
    """The candidates that prefer one of the roles, a page of them.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        role_ids: The roles, as the candidates have them.
        after_candidate_id: Where the page before ended, 0 for the first.
        limit: Candidates on a page.
    """
    rows = await session.execute(
        _CANDIDATES,
        {"role_ids": list(role_ids), "after": after_candidate_id, "limit": limit},
    )
    owned: dict[int, OwnedCandidates] = {}
    for row in rows:
        of_tenant = owned.setdefault(row.tenant_id, OwnedCandidates(row.tenant_id, [], []))
        of_tenant.candidate_ids.append(row.id)
        if row.is_matchable:
            of_tenant.matchable_ids.append(row.id)
    return list(owned.values())


async def move_candidates(
    session: AsyncSession, candidate_ids: Sequence[int], *, from_roles: Sequence[int], to_role: int
) -> None:
    """Let candidates prefer another role; who prefers it already keeps it once.

    Args:
        session: A transaction of the candidates' tenant.
        candidate_ids: The candidates.
        from_roles: The roles that go.
        to_role: The role that stays; it takes the best rank.
    """
    parameters = {"candidate_ids": list(candidate_ids), "from_roles": list(from_roles)}
    await session.execute(_PREFER, {**parameters, "to_role": to_role})
    await session.execute(_NO_LONGER_PREFER, parameters)


_BIGINTS = ARRAY(BigInteger)

# Locked by rising id, so that others who change the same postings wait.
_MOVE_POSTINGS = text(
    """
    WITH moved AS (
      SELECT id FROM job_postings WHERE id = ANY(:job_ids) AND role_id = ANY(:from_roles)
      ORDER BY id FOR UPDATE
    )
    UPDATE job_postings SET role_id = :to_role FROM moved WHERE moved.id = job_postings.id
    """
).bindparams(bindparam("job_ids", type_=_BIGINTS), bindparam("from_roles", type_=_BIGINTS))

_CANDIDATES = text(
    f"""
    SELECT candidates.tenant_id, candidates.id,
           candidates.deleted_at IS NULL AND candidates.status IN ({MATCHABLE}) AS is_matchable
    FROM candidates
    WHERE candidates.id IN (
      SELECT candidate_id FROM candidate_preferred_roles WHERE role_id = ANY(:role_ids)
    ) AND candidates.id > :after
    ORDER BY candidates.id LIMIT :limit
    """  # noqa: S608 -- constants only
).bindparams(bindparam("role_ids", type_=_BIGINTS))

_PREFER = text(
    """
    INSERT INTO candidate_preferred_roles AS present (
      candidate_id, role_id, tenant_id, rank, source
    )
    SELECT DISTINCT ON (candidate_id) candidate_id, :to_role, tenant_id, rank, source
    FROM candidate_preferred_roles
    WHERE candidate_id = ANY(:candidate_ids) AND role_id = ANY(:from_roles)
    ORDER BY candidate_id, rank
    ON CONFLICT (candidate_id, role_id) DO UPDATE
      SET rank = LEAST(present.rank, EXCLUDED.rank)
    """
).bindparams(
    bindparam("candidate_ids", type_=_BIGINTS),
    bindparam("from_roles", type_=_BIGINTS),
    bindparam("to_role", type_=BigInteger),
)

_NO_LONGER_PREFER = text(
    "DELETE FROM candidate_preferred_roles"
    " WHERE candidate_id = ANY(:candidate_ids) AND role_id = ANY(:from_roles)"
).bindparams(bindparam("candidate_ids", type_=_BIGINTS), bindparam("from_roles", type_=_BIGINTS))
