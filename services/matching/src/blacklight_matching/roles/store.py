"""Roles and names that titles are compared with, and the roles that titles become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from blacklight_shared.models import AliasSource, RoleStatus
from blacklight_shared.roles import normalise_title
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.bulk import fetch_binary
from blacklight_matching.features.loading import VectorSpace, read_vectors
from blacklight_matching.roles.similarity import NamedRoles, RoleName


@dataclass(frozen=True, slots=True)
class PostingTitle:
    """The title of a posting and the role it has so far."""

    job_id: int
    title: str
    role_id: int | None


async def posting_titles(session: AsyncSession, job_ids: Sequence[int]) -> list[PostingTitle]:
    """The titles of postings, by id; postings that are not visible are left out."""
    rows = await session.execute(
        text("SELECT id, title, role_id FROM job_postings WHERE id = ANY(:ids) ORDER BY id"),
        {"ids": list(job_ids)},
    )
    return [PostingTitle(*row) for row in rows]


async def assign_roles(
    session: AsyncSession, titles: Sequence[PostingTitle], role_ids: Mapping[str, int]
) -> int:
    """Give postings the roles of their titles.

    Args:
        session: A transaction that sees the postings.
        titles: The postings.
        role_ids: Roles by title; a posting whose title is not among them loses its role.

    Returns:
        How many postings changed.
    """
    changed = {
        posting.job_id: role_ids.get(posting.title)
        for posting in titles
        if role_ids.get(posting.title) != posting.role_id
    }
    if changed:
        await session.execute(
            _ASSIGN, {"job_ids": list(changed), "role_ids": list(changed.values())}
        )
    return len(changed)


# Locked by rising id, so that two who assign to the same postings wait for each other.
_ASSIGN = text(
    """
    WITH assigned AS (
      SELECT * FROM unnest(CAST(:job_ids AS bigint[]), CAST(:role_ids AS bigint[]))
        AS assigned (job_id, role_id)
    ),
    locked AS (
      SELECT posting.id, assigned.role_id
      FROM job_postings AS posting JOIN assigned ON assigned.job_id = posting.id
      ORDER BY posting.id FOR UPDATE OF posting
    )
    UPDATE job_postings AS posting SET role_id = locked.role_id
    FROM locked WHERE posting.id = locked.id
    """
)


async def approved_role_ids(session: AsyncSession) -> list[int]:
    """The roles that titles may be compared with, rising."""
    ids = await session.scalars(
        text("SELECT id FROM global_roles WHERE status = :approved ORDER BY id"),
        {"approved": RoleStatus.APPROVED},
    )
    return list(ids)


async def load_approved_roles(
    session: AsyncSession, space: VectorSpace, *, only: Sequence[int] | None = None
) -> NamedRoles:
    """Load the approved roles that have a vector of the model in use, with their names.

    Roles that wait for review, and names that were learned by comparing, are left out. So what a
    title becomes does not depend on which other titles came before it.

    Args:
        session: Any session; roles belong to nobody.
        space: Which vectors to take.
        only: Look among these roles; None for all.
    """
    rows = await fetch_binary(
        session,
        "SELECT role.id, role.name, vector_send(vectors.embedding)"
        " FROM global_roles AS role JOIN role_embeddings AS vectors ON vectors.role_id = role.id"
        " WHERE role.status = 'approved' AND vectors.model = %(model)s"
        " AND vectors.dimension = %(dimension)s"
        " AND (%(only)s::bigint[] IS NULL OR role.id = ANY(%(only)s::bigint[])) ORDER BY role.id",
        {
            "model": space.model,
            "dimension": space.dimension,
            "only": None if only is None else list(only),
        },
    )
    role_ids = [role_id for role_id, _, _ in rows]
    aliases = await session.execute(
        text(
            "SELECT role_id, normalized_alias FROM role_aliases"
            " WHERE role_id = ANY(:role_ids) AND source <> :learned"
            " ORDER BY role_id, normalized_alias"
        ),
        {"role_ids": role_ids, "learned": AliasSource.LEARNED},
    )
    names = [RoleName(role_id, normalise_title(name)) for role_id, name, _ in rows]
    names += [RoleName(role_id, alias) for role_id, alias in aliases]
    vectors = read_vectors([vector for _, _, vector in rows], space.dimension)
    return NamedRoles(role_ids, np.asarray(vectors), names)


async def pending_preferred_roles(session: AsyncSession, candidate_id: int) -> dict[str, int]:
    """The roles that a candidate prefers and nobody has reviewed: ids by name."""
    rows = await session.execute(
        text(
            "SELECT role.name, role.id FROM candidate_preferred_roles AS preferred"
            " JOIN global_roles AS role ON role.id = preferred.role_id"
            " WHERE preferred.candidate_id = :candidate_id AND role.status = :pending"
        ),
        {"candidate_id": candidate_id, "pending": RoleStatus.PENDING_REVIEW},
    )
    return {row.name: row.id for row in rows}
