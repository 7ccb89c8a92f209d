"""Roles that wait for review, and the approved ones that their reviewers are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from blacklight_shared.models import RoleSuggestion
from blacklight_shared.roles import is_generic_title, normalise_title
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.bulk import fetch_binary
from blacklight_matching.features.loading import VectorSpace, read_vectors
from blacklight_matching.roles.nearest import NearRole
from blacklight_matching.roles.similarity import Titles


@dataclass(frozen=True, eq=False)
class PendingRoles:
    """Roles that wait for review, as titles to be compared.

    Attributes:
        role_ids: m roles.
        titles: Their names, in the same order.
    """

    role_ids: Sequence[int]
    titles: Titles


async def pending_role_ids(session: AsyncSession, *, after_role_id: int, limit: int) -> list[int]:
    """Roles that wait for review, by id, a page of them."""
    ids = await session.scalars(
        text(
            "SELECT id FROM global_roles WHERE status = 'pending_review' AND id > :after"
            " ORDER BY id LIMIT :limit"
        ),
        {"after": after_role_id, "limit": limit},
    )
    return list(ids)


async def load_pending_roles(
    session: AsyncSession, role_ids: Sequence[int], space: VectorSpace
) -> PendingRoles:
    """Load those of some roles that wait for review and have a vector of the model in use.

    Names without a field of work ("Manager") are near to everything and are left out.
    """
    rows = await fetch_binary(
        session,
        "SELECT role.id, role.name, vector_send(vectors.embedding)"
        " FROM global_roles AS role JOIN role_embeddings AS vectors ON vectors.role_id = role.id"
        " WHERE role.id = ANY(%(ids)s) AND role.status = 'pending_review'"
        " AND vectors.model = %(model)s AND vectors.dimension = %(dimension)s ORDER BY role.id",
        {"ids": list(role_ids), "model": space.model, "dimension": space.dimension},
    )
    named = [(role_id, normalise_title(name), vector) for role_id, name, vector in rows]
    comparable = [row for row in named if not is_generic_title(row[1])]
    vectors = read_vectors([vector for _, _, vector in comparable], space.dimension)
    return PendingRoles(
        [role_id for role_id, _, _ in comparable],
        Titles([form for _, form, _ in comparable], np.asarray(vectors)),
    )


async def store_suggestions(
    session: AsyncSession, suggestions: Mapping[int, Sequence[NearRole]]
) -> None:
    """Add suggestions; one that is there already gets its new similarity.

    Args:
        session: Any session of the application; roles belong to nobody.
        suggestions: Approved roles by the role that waits for review.
    """
    rows = [
        {"role_id": role_id, "suggested_role_id": role.role_id, "similarity": role.similarity}
        for role_id in sorted(suggestions)
        for role in sorted(suggestions[role_id], key=lambda role: role.role_id)
    ]
    if not rows:
        return
    statement = insert(RoleSuggestion)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["role_id", "suggested_role_id"],
            set_={"similarity": statement.excluded.similarity},
        ),
        rows,
    )
