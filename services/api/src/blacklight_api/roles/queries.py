"""Queries about roles; they belong to nobody, so every session sees all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from blacklight_shared.models import (
    Candidate,
    CandidatePreferredRole,
    GlobalRole,
    JobPosting,
    JobStatus,
    RoleAlias,
    RoleStatus,
    RoleSuggestion,
)
from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.pagination import IdKey, newest_first
from blacklight_api.roles.schemas import SimilarRole
from blacklight_api.search import matches_words

MAX_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class RoleFilter:
    """Which roles are wanted; None and empty mean all."""

    statuses: Sequence[RoleStatus] = ()
    search: str | None = None


async def find_role(
    session: AsyncSession, role_id: int, *, lock: bool = False
) -> GlobalRole | None:
    """The role, merged ones too.

    Args:
        session: Any session.
        role_id: Which.
        lock: Keep others from deciding about it until the transaction ends.
    """
    query = select(GlobalRole).where(GlobalRole.id == role_id)
    # Not the strongest lock: new postings and candidates may refer to the role meanwhile.
    return await session.scalar(query.with_for_update(key_share=True) if lock else query)


async def names_of_roles(session: AsyncSession, role_ids: Collection[int]) -> dict[int, str]:
    """Names by id; ids that do not exist are absent."""
    rows = await session.execute(
        select(GlobalRole.id, GlobalRole.name).where(GlobalRole.id.in_(role_ids))
    )
    return {row.id: row.name for row in rows}


async def list_roles(
    session: AsyncSession, wanted: RoleFilter, *, after: IdKey | None, limit: int
) -> Sequence[GlobalRole]:
    """Roles, the newest first; the search box also looks through the aliases."""
    query = select(GlobalRole)
    if wanted.statuses:
        query = query.where(GlobalRole.status.in_(wanted.statuses))
    if wanted.search is not None:
        named = select(GlobalRole.id).where(matches_words(GlobalRole.name, wanted.search))
        also_known_as = select(RoleAlias.role_id).where(
            matches_words(RoleAlias.alias, wanted.search)
        )
        query = query.where(GlobalRole.id.in_(union(named, also_known_as)))
    page = newest_first(query, GlobalRole.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def list_aliases(
    session: AsyncSession, role_id: int, *, after: IdKey | None, limit: int
) -> Sequence[RoleAlias]:
    """Other names of a role, the newest first."""
    query = select(RoleAlias).where(RoleAlias.role_id == role_id)
    page = newest_first(query, RoleAlias.id, after=after, limit=limit)
    return (await session.scalars(page)).all()


async def similar_roles(
    session: AsyncSession, role_ids: Collection[int]
) -> dict[int, list[SimilarRole]]:
    """The approved roles that are suggested for roles under review, the most similar first."""
    place = (
        func.row_number()
        .over(
            partition_by=RoleSuggestion.role_id,
            order_by=(RoleSuggestion.similarity.desc(), RoleSuggestion.suggested_role_id),
        )
        .label("place")
    )
    ranked = (
        select(
            RoleSuggestion.role_id,
            RoleSuggestion.similarity,
            GlobalRole.id,
            GlobalRole.name,
            place,
        )
        .join(GlobalRole, GlobalRole.id == RoleSuggestion.suggested_role_id)
        .where(RoleSuggestion.role_id.in_(role_ids), GlobalRole.status == RoleStatus.APPROVED)
        .subquery()
    )
    rows = await session.execute(
        select(ranked)
        .where(ranked.c.place <= MAX_SUGGESTIONS)
        .order_by(ranked.c.role_id, ranked.c.place)
    )
    suggestions: dict[int, list[SimilarRole]] = defaultdict(list)
    for row in rows:
        suggestions[row.role_id].append(SimilarRole.model_validate(row))
    return suggestions


async def count_postings(session: AsyncSession, role_ids: Collection[int]) -> dict[int, int]:
    """Open postings by role, of those that the session may see; roles without one are absent."""
    rows = await session.execute(
        select(JobPosting.role_id, func.count())
        .where(JobPosting.role_id.in_(role_ids), JobPosting.status == JobStatus.ACTIVE)
        .group_by(JobPosting.role_id)
    )
    return {role_id: count for role_id, count in rows if role_id is not None}


@dataclass(frozen=True, slots=True)
class Demand:
    """How many candidates of one tenant want a role."""

    tenant_id: int
    candidates: int


async def demand_for(session: AsyncSession, role_ids: Collection[int]) -> dict[int, list[Demand]]:
    """Which tenants' candidates want roles.

    Args:
        session: A session of the system role, which may count across tenants.
        role_ids: The roles.
    """
    rows = await session.execute(
        select(
            CandidatePreferredRole.role_id,
            CandidatePreferredRole.tenant_id,
            func.count().label("candidates"),
        )
        .join(Candidate, Candidate.id == CandidatePreferredRole.candidate_id)
        .where(CandidatePreferredRole.role_id.in_(role_ids), Candidate.deleted_at.is_(None))
        .group_by(CandidatePreferredRole.role_id, CandidatePreferredRole.tenant_id)
    )
    demand: dict[int, list[Demand]] = defaultdict(list)
    for row in rows:
        demand[row.role_id].append(Demand(row.tenant_id, row.candidates))
    return demand
