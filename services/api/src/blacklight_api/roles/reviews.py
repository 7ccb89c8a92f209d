"""Deciding about roles: approved, rejected, or part of another one.

Roles belong to all tenants, so who decides about one decides for others. A tenant therefore decides
only about roles that wait for review and that no other tenant's candidates want; the platform
decides about all. Postings and candidates follow in the background, see ``role/reviewed``.
"""

from __future__ import annotations

from blacklight_shared.database import Database
from blacklight_shared.events import RoleDecision, RoleReviewed
from blacklight_shared.models import AliasSource, GlobalRole, RoleStatus
from blacklight_shared.roles import RoleMergeError, forget_suggestions, merge_roles

from blacklight_api.audit.service import record
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import Conflict, FieldError, Forbidden
from blacklight_api.roles import queries, service
from blacklight_api.roles.queries import Demand, RoleFilter
from blacklight_api.roles.schemas import PendingRole, RoleShown
from blacklight_api.work import Work

PENDING = RoleFilter(statuses=[RoleStatus.PENDING_REVIEW])


async def page(work: Work, database: Database, requested: PageRequest) -> Page[PendingRole]:
    """One page of the roles that wait for review, the newest first."""
    rows = await queries.list_roles(
        work.session, PENDING, after=requested.after(IdKey), limit=requested.limit + 1
    )
    role_ids = [role.id for role in rows]
    suggestions = await queries.similar_roles(work.session, role_ids)
    postings = await queries.count_postings(work.session, role_ids)
    async with database.system_session() as session:
        demand = await queries.demand_for(session, role_ids)
    return requested.page(
        rows,
        item=lambda role: PendingRole(
            id=role.id,
            name=role.name,
            created_at=role.created_at,
            postings=postings.get(role.id, 0),
            candidates=_known_candidates(work, demand.get(role.id, [])),
            can_review=not _concerns_others(work, demand.get(role.id, [])),
            suggestions=suggestions.get(role.id, []),
        ),
        key=lambda role: IdKey(id=role.id),
    )


async def approve(work: Work, database: Database, role_id: int) -> RoleShown:
    """Approve a role, also one that was rejected.

    Raises:
        NotFound: There is no such role.
        Forbidden: The role is not the caller's to decide about.
        Conflict: The role was merged.
    """
    role = await _decidable(work, database, role_id, RoleStatus.APPROVED)
    if role.status != RoleStatus.APPROVED:
        was_rejected = role.status == RoleStatus.REJECTED
        decision = RoleDecision.REINSTATED if was_rejected else RoleDecision.APPROVED
        await _decide(work, role, RoleStatus.APPROVED, decision)
    return RoleShown.model_validate(role)


async def reject(work: Work, database: Database, role_id: int) -> RoleShown:
    """Reject a role, also one that was approved.

    Raises:
        NotFound: There is no such role.
        Forbidden: The role is not the caller's to decide about.
        Conflict: The role was merged.
    """
    role = await _decidable(work, database, role_id, RoleStatus.REJECTED)
    if role.status != RoleStatus.REJECTED:
        await _decide(work, role, RoleStatus.REJECTED, RoleDecision.REJECTED)
    return RoleShown.model_validate(role)


async def merge(work: Work, database: Database, role_id: int, into_role_id: int) -> RoleShown:
    """Make a role part of an approved one; the same merge once more does no harm.

    Raises:
        NotFound: There is no such role.
        Forbidden: The role is not the caller's to decide about.
        Conflict: The role was merged into another one, or cannot be merged into this one.
    """
    role = await service.find(work, role_id)
    if role.merged_into_id == into_role_id:
        return RoleShown.model_validate(role)
    await _check_reviewer(work, database, role)
    previous = role.status
    await _check_target(work, into_role_id)
    try:
        stays = await merge_roles(
            work.session, source_id=role_id, target_id=into_role_id, said_by=AliasSource.PERSON
        )
    except RoleMergeError as error:
        raise Conflict(f"The roles cannot be merged: {error}.") from None
    await work.session.refresh(role)
    details = {"from": previous, "into_role_id": stays}
    await record(work, "role.merged", role_id, details=details)
    await work.emit(RoleReviewed(role_id=role_id, decision=RoleDecision.MERGED))
    return RoleShown.model_validate(role)


async def _decidable(
    work: Work, database: Database, role_id: int, wanted: RoleStatus
) -> GlobalRole:
    role = await service.find(work, role_id, lock=True)
    if role.status == RoleStatus.MERGED:
        raise Conflict(f"The role was merged into role {role.merged_into_id}.")
    if role.status != wanted:
        await _check_reviewer(work, database, role)
    return role


async def _check_reviewer(work: Work, database: Database, role: GlobalRole) -> None:
    if work.tenant_id is None:
        return
    async with database.system_session() as session:
        demand = (await queries.demand_for(session, [role.id])).get(role.id, [])
    if role.status != RoleStatus.PENDING_REVIEW or _concerns_others(work, demand):
        raise Forbidden("Only the platform can decide about this role.")


async def _check_target(work: Work, role_id: int) -> None:
    role = await queries.find_role(work.session, role_id)
    if role is None or role.status != RoleStatus.APPROVED:
        message = "Name a role that exists and is approved."
        errors = [FieldError(field="into_role_id", message=message)]
        raise Conflict("The roles cannot be merged.", errors=errors)


async def _decide(work: Work, role: GlobalRole, status: RoleStatus, decision: RoleDecision) -> None:
    previous, role.status = role.status, status
    await forget_suggestions(work.session, role.id)
    await work.session.flush()
    await work.session.refresh(role)
    details = {"from": previous, "to": status}
    await record(work, f"role.{status.value}", role.id, details=details)
    await work.emit(RoleReviewed(role_id=role.id, decision=decision))


def _concerns_others(work: Work, demand: list[Demand]) -> bool:
    """Whether candidates of other tenants want the role; the platform stands for all of them."""
    return work.tenant_id is not None and any(one.tenant_id != work.tenant_id for one in demand)


def _known_candidates(work: Work, demand: list[Demand]) -> int:
    return sum(one.candidates for one in demand if work.tenant_id in (None, one.tenant_id))
