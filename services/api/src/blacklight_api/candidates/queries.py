"""Queries about candidates; sessions see one tenant's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from blacklight_shared.models import (
    CANDIDATE_WORDS,
    Candidate,
    CandidatePreferredRole,
    CandidateStatus,
    GlobalRole,
    PreferredRoleSource,
)
from blacklight_shared.roles import canonical_role_id
from sqlalchemy import ColumnElement, Select, delete, exists, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from blacklight_api.candidates.schemas import PreferredRole
from blacklight_api.pagination import IdKey, SortKey
from blacklight_api.schemas import RowId
from blacklight_api.search import hold_words

MAX_WANTED_ROLES = 200


class CandidateSort(StrEnum):
    """In which order candidates are listed."""

    NEWEST = "newest"
    NAME = "name"


class NameKey(SortKey):
    """Sorted by last name, then first name."""

    last_name: str
    first_name: str
    id: RowId


@dataclass(frozen=True, slots=True)
class RoleChoice:
    """A role that candidates can be looked for by."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class CandidateFilter:
    """Which candidates are wanted; None and empty mean all."""

    statuses: Sequence[CandidateStatus] = ()
    search: str | None = None
    email: str | None = None
    role_id: int | None = None
    sort: CandidateSort = CandidateSort.NEWEST


async def find_candidate(
    session: AsyncSession, candidate_id: int, *, lock: bool = False
) -> Candidate | None:
    """The candidate, unless deleted.

    Args:
        session: A session of the tenant.
        candidate_id: Which.
        lock: Keep others from changing the row until the transaction ends.
    """
    query = select(Candidate).where(Candidate.id == candidate_id, Candidate.deleted_at.is_(None))
    return await session.scalar(query.with_for_update() if lock else query)


async def list_candidates(
    session: AsyncSession, wanted: CandidateFilter, *, after: IdKey | NameKey | None, limit: int
) -> Sequence[Candidate]:
    """Candidates, in the order wanted; ``after`` is of that order."""
    query = select(Candidate).where(Candidate.deleted_at.is_(None))
    if wanted.statuses:
        query = query.where(Candidate.status.in_(wanted.statuses))
    if wanted.email is not None:
        query = query.where(Candidate.email == wanted.email)
    if wanted.search is not None:
        query = query.where(Candidate.id.in_(_with_words(wanted.search)))
    if wanted.role_id is not None:
        query = query.where(_prefers(wanted.role_id))
    return (await session.scalars(_sorted(query, after, wanted.sort).limit(limit))).all()


async def wanted_roles(session: AsyncSession) -> list[RoleChoice]:
    """The roles that any candidate wants, by name, merges followed; the first ones of very many."""
    canonical = aliased(GlobalRole)
    is_wanted = exists().where(CandidatePreferredRole.role_id == GlobalRole.id)
    rows = await session.execute(
        select(canonical.id, canonical.name)
        .select_from(GlobalRole)
        .join(canonical, canonical.id == canonical_role_id())
        .where(is_wanted)
        .distinct()
        .order_by(canonical.name, canonical.id)
        .limit(MAX_WANTED_ROLES)
    )
    return [RoleChoice(id=row.id, name=row.name) for row in rows]


async def preferred_roles(
    session: AsyncSession, candidate_ids: Collection[int]
) -> dict[int, list[PreferredRole]]:
    """The roles that candidates want, in order, merges followed; none is an empty list."""
    canonical = aliased(GlobalRole)
    rows = await session.execute(
        select(
            CandidatePreferredRole.candidate_id,
            CandidatePreferredRole.source,
            canonical.id,
            canonical.name,
        )
        .join(GlobalRole, GlobalRole.id == CandidatePreferredRole.role_id)
        .join(canonical, canonical.id == canonical_role_id())
        .where(CandidatePreferredRole.candidate_id.in_(candidate_ids))
        .order_by(
            CandidatePreferredRole.candidate_id,
            CandidatePreferredRole.rank,
            CandidatePreferredRole.role_id,
        )
    )
    roles: dict[int, list[PreferredRole]] = defaultdict(list)
    for row in rows:
        roles[row.candidate_id].append(
            PreferredRole(id=row.id, name=row.name, source=PreferredRoleSource(row.source))
        )
    return roles


async def replace_preferred_roles(
    session: AsyncSession, candidate: Candidate, role_ids: Sequence[int]
) -> None:
    """Make ``role_ids`` the roles that a person says the candidate wants, in this order."""
    await session.execute(
        delete(CandidatePreferredRole).where(CandidatePreferredRole.candidate_id == candidate.id)
    )
    if not role_ids:
        return
    await session.execute(
        insert(CandidatePreferredRole),
        [
            {
                "candidate_id": candidate.id,
                "role_id": role_id,
                "tenant_id": candidate.tenant_id,
                "rank": rank,
                "source": PreferredRoleSource.PERSON,
            }
            for rank, role_id in enumerate(role_ids)
        ],
    )


def _with_words(typed: str) -> Select[int]:
    words = CANDIDATE_WORDS.c
    return select(words.id).where(hold_words(words.words, typed))


def _sorted(
    query: Select[Candidate], after: IdKey | NameKey | None, sort: CandidateSort
) -> Select[Candidate]:
    if sort is CandidateSort.NAME:
        key = tuple_(Candidate.last_name, Candidate.first_name, Candidate.id)
        if isinstance(after, NameKey):
            query = query.where(key > (after.last_name, after.first_name, after.id))
        return query.order_by(*key)
    if after is not None:
        query = query.where(Candidate.id < after.id)
    return query.order_by(Candidate.id.desc())


def _prefers(role_id: int) -> ColumnElement[bool]:
    return exists().where(
        CandidatePreferredRole.candidate_id == Candidate.id,
        CandidatePreferredRole.role_id == GlobalRole.id,
        canonical_role_id() == role_id,
    )
