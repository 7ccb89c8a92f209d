"""What can be done with candidates."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from blacklight_shared.events import CandidateDeleted, GenerateCandidateMatches, MatchTrigger
from blacklight_shared.models import MATCHABLE_STATUSES, Candidate, CandidateStatus

from blacklight_api.audit.service import record
from blacklight_api.candidates import queries
from blacklight_api.candidates.queries import CandidateFilter, CandidateSort, NameKey
from blacklight_api.candidates.schemas import (
    CandidateCreate,
    CandidateDetail,
    CandidatePatch,
    CandidateSummary,
    PreferredRole,
    RoleIdOrName,
)
from blacklight_api.candidates.transitions import INITIAL_STATUSES, check_transition
from blacklight_api.conflicts import conflict_on
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import NotFound, Unprocessable
from blacklight_api.roles.references import resolve_role_references
from blacklight_api.work import TenantWork

_KEYS: dict[CandidateSort, type[IdKey] | type[NameKey]] = {
    CandidateSort.NEWEST: IdKey,
    CandidateSort.NAME: NameKey,
}

UNIQUE_EMAIL = "uq_candidates_tenant_id_email"

FIELDS_WITHOUT_INFLUENCE = frozenset({"first_name", "last_name", "email", "phone"})
"""Changing any other field of the profile changes what the candidate matches."""


async def create(
    work: TenantWork, wanted: CandidateCreate, *, left_empty: Collection[str] = ()
) -> CandidateDetail:
    """Create a candidate.

    Args:
        work: The tenant's transaction.
        wanted: What is known of them.
        left_empty: Fields that they want empty; reading a CV leaves them alone.

    Raises:
        Conflict: Another candidate has the address.
        Unprocessable: The status is none to begin with, or a role does not exist.
    """
    given = wanted.model_dump(exclude_unset=True, exclude={"status", "preferred_roles"})
    candidate = await add(work, given, wanted.status, wanted.preferred_roles)
    if left_empty:
        candidate.edited_fields = sorted({*candidate.edited_fields, *left_empty})
        await work.session.flush()
        await work.session.refresh(candidate)
    return await detail(work, candidate)


async def add(
    work: TenantWork,
    fields: dict[str, Any],
    status: CandidateStatus,
    roles: Sequence[RoleIdOrName],
) -> Candidate:
    """Add the row of a candidate, with all that follows from it.

    Args:
        work: The tenant's transaction.
        fields: Columns of the profile that a person has given.
        status: The status to begin with.
        roles: Preferred roles by id or name.

    Raises:
        Conflict: Another candidate has the address.
        Unprocessable: The status is none to begin with, or a role does not exist.
    """
    if status not in INITIAL_STATUSES:
        allowed = ", ".join(sorted(INITIAL_STATUSES))
        raise Unprocessable("status", f"A candidate begins as one of: {allowed}.")
    role_ids = await resolve_role_references(work.session, roles, field="preferred_roles")
    edited = {name for name, value in fields.items() if value not in (None, [])}
    candidate = Candidate(
        tenant_id=work.tenant_id,
        status=status,
        edited_fields=sorted(edited | ({"preferred_roles"} if roles else set())),
        **_columns(fields),
    )
    work.session.add(candidate)
    with conflict_on(UNIQUE_EMAIL, field="email", message="Another candidate has this address."):
        await work.session.flush()
    await queries.replace_preferred_roles(work.session, candidate, role_ids)
    await work.session.refresh(candidate)
    await record(work, "candidate.created", candidate.id, details={"status": status})
    if status is CandidateStatus.APPROVED:
        await work.emit(_matches_wanted(candidate, MatchTrigger.ONBOARDING_APPROVAL))
    return candidate


async def find(work: TenantWork, candidate_id: int, *, lock: bool = False) -> Candidate:
    """The candidate.

    Raises:
        NotFound: There is none, it was deleted, or it is another tenant's.
    """
    candidate = await queries.find_candidate(work.session, candidate_id, lock=lock)
    if candidate is None:
        raise NotFound("candidate")
    return candidate


async def detail(work: TenantWork, candidate: Candidate) -> CandidateDetail:
    """The candidate as clients see it."""
    roles = await queries.preferred_roles(work.session, [candidate.id])
    return CandidateDetail.model_validate(_shown(candidate, roles.get(candidate.id, [])))


async def page(
    work: TenantWork, wanted: CandidateFilter, requested: PageRequest
) -> Page[CandidateSummary]:
    """One page of candidates, in the order wanted."""
    key = _KEYS[wanted.sort]
    rows = await queries.list_candidates(
        work.session, wanted, after=requested.after(key), limit=requested.limit + 1
    )
    roles = await queries.preferred_roles(work.session, [row.id for row in rows])
    return requested.page(
        rows,
        item=lambda row: CandidateSummary.model_validate(_shown(row, roles.get(row.id, []))),
        key=lambda row: key.model_validate(row, from_attributes=True),
    )


async def change(work: TenantWork, candidate_id: int, patch: CandidatePatch) -> CandidateDetail:
    """Change a candidate; what really changed is recorded, and matched again if it matters.

    Raises:
        NotFound: As ``find``.
        Conflict: Another candidate has the address, or the status cannot change this way.
        Unprocessable: A role does not exist.
    """
    candidate = await find(work, candidate_id, lock=True)
    changed = _apply_fields(candidate, patch)
    with conflict_on(UNIQUE_EMAIL, field="email", message="Another candidate has this address."):
        await work.session.flush()
    if await _apply_roles(work, candidate, patch):
        changed.add("preferred_roles")
    candidate.edited_fields = sorted({*candidate.edited_fields, *changed})
    previous = CandidateStatus(candidate.status)
    if "status" in patch.model_fields_set and patch.status is not previous:
        check_transition(previous, patch.status)
        candidate.status = patch.status
    await work.session.flush()
    await work.session.refresh(candidate)
    await _announce(work, candidate, previous, changed)
    return await detail(work, candidate)


async def delete(work: TenantWork, candidate_id: int) -> None:
    """Delete a candidate; the row stays, unseen, so that what refers to it stays whole.

    Raises:
        NotFound: As ``find``.
    """
    candidate = await find(work, candidate_id, lock=True)
    candidate.deleted_at = datetime.now(UTC)
    await record(work, "candidate.deleted", candidate.id)
    await work.emit(CandidateDeleted(candidate_id=candidate.id, tenant_id=work.tenant_id))


def _apply_fields(candidate: Candidate, patch: CandidatePatch) -> set[str]:
    given = _columns(patch.model_dump(exclude_unset=True, exclude={"status", "preferred_roles"}))
    changed = {name for name, value in given.items() if getattr(candidate, name) != value}
    for name in changed:
        setattr(candidate, name, given[name])
    return changed


async def _apply_roles(work: TenantWork, candidate: Candidate, patch: CandidatePatch) -> bool:
    if "preferred_roles" not in patch.model_fields_set:
        return False
    wanted = await resolve_role_references(
        work.session, patch.preferred_roles, field="preferred_roles"
    )
    present = await queries.preferred_roles(work.session, [candidate.id])
    if [role.id for role in present.get(candidate.id, [])] == wanted:
        return False
    await queries.replace_preferred_roles(work.session, candidate, wanted)
    # They are rows of their own, and the candidate's profile all the same.
    candidate.updated_at = datetime.now(UTC)
    return True


async def _announce(
    work: TenantWork, candidate: Candidate, previous: CandidateStatus, changed: set[str]
) -> None:
    status = CandidateStatus(candidate.status)
    if status is not previous:
        details = {"from": previous, "to": status}
        await record(work, f"candidate.{status.value}", candidate.id, details=details)
    if changed:
        await record(work, "candidate.updated", candidate.id, fields=changed)
    if status is CandidateStatus.APPROVED and previous is not CandidateStatus.APPROVED:
        await work.emit(_matches_wanted(candidate, MatchTrigger.ONBOARDING_APPROVAL))
    elif _matches_differ(status, previous, changed):
        await work.emit(_matches_wanted(candidate, MatchTrigger.PROFILE_UPDATE))


def _matches_differ(status: CandidateStatus, previous: CandidateStatus, changed: set[str]) -> bool:
    """Whether matches are to be made, or those that nobody acted on are to go."""
    is_matched, was_matched = status in MATCHABLE_STATUSES, previous in MATCHABLE_STATUSES
    return is_matched != was_matched or (is_matched and bool(changed - FIELDS_WITHOUT_INFLUENCE))


def _matches_wanted(candidate: Candidate, trigger: MatchTrigger) -> GenerateCandidateMatches:
    return GenerateCandidateMatches(
        candidate_id=candidate.id, tenant_id=candidate.tenant_id, trigger=trigger
    )


def _columns(fields: dict[str, Any]) -> dict[str, Any]:
    """Names are never null in the database."""
    return {
        name: value or "" if name in {"first_name", "last_name"} else value
        for name, value in fields.items()
    }


def _shown(candidate: Candidate, roles: list[PreferredRole]) -> dict[str, Any]:
    columns = {column.key: getattr(candidate, column.key) for column in Candidate.__table__.columns}
    return {**columns, "preferred_roles": roles}
