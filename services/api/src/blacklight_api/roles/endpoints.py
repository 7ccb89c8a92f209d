"""HTTP endpoints of roles."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import RoleStatus
from fastapi import Query, Request, Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import gateway_of
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.roles import reviews, service
from blacklight_api.roles.queries import RoleFilter
from blacklight_api.roles.schemas import (
    PendingRole,
    RoleAliasShown,
    RoleMerge,
    RoleProposal,
    RoleShown,
)
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId, SearchText
from blacklight_api.work import Work, shared_work

router = gateway_router("/roles", "roles")

Reader = Annotated[Work, shared_work(Scope.ROLES_READ)]
Writer = Annotated[Work, shared_work(Scope.ROLES_WRITE)]
Reviewer = Annotated[Work, shared_work(Scope.ROLES_REVIEW)]


@router.post(
    "",
    status_code=201,
    responses={200: {"description": "The name is known already.", "model": RoleShown}},
)
async def propose_role(wanted: RoleProposal, response: Response, work: Writer) -> RoleShown:
    """Propose a role; a name that is known, also as an alias, gives the role it means."""
    role, is_new = await service.propose(work, wanted)
    response.status_code = 201 if is_new else 200
    return RoleShown.model_validate(role)


@router.get("")
async def list_roles(
    work: Reader,
    requested: RequestedPage,
    status: Annotated[
        list[RoleStatus], Query(description="Any of these; repeat the parameter.")
    ] = [],  # noqa: B006 -- FastAPI copies it
    search: Annotated[
        SearchText | None, Query(description="Beginnings of words in the name or an alias.")
    ] = None,
) -> Page[RoleShown]:
    """List roles, the newest first."""
    return await service.page(work, RoleFilter(statuses=status, search=search), requested)


@router.get("/pending")
async def list_pending_roles(
    request: Request, work: Reviewer, requested: RequestedPage
) -> Page[PendingRole]:
    """List the roles that wait for review, the newest first, with similar approved ones."""
    return await reviews.page(work, gateway_of(request).database, requested)


@router.get("/{role_id}")
async def get_role(role_id: PathId, work: Reader) -> RoleShown:
    """Get one role."""
    return RoleShown.model_validate(await service.find(work, role_id))


@router.get("/{role_id}/aliases")
async def list_role_aliases(
    role_id: PathId, work: Reader, requested: RequestedPage
) -> Page[RoleAliasShown]:
    """List the other names of a role, the newest first."""
    return await service.alias_page(work, role_id, requested)


@router.post("/{role_id}/approve", responses=problem_responses(409))
async def approve_role(role_id: PathId, request: Request, work: Reviewer) -> RoleShown:
    """Approve a role: titles that are near to it become other names of it from now on.

    A tenant's key may decide about a role that waits for review, unless candidates of other tenants
    want it; everything else is the platform's to decide. Deciding the same twice does no harm.
    """
    return await reviews.approve(work, gateway_of(request).database, role_id)


@router.post("/{role_id}/reject", responses=problem_responses(409))
async def reject_role(role_id: PathId, request: Request, work: Reviewer) -> RoleShown:
    """Reject a role: it matches nothing from now on, until it is approved after all.

    Postings and candidates keep it, and matches that somebody has acted on stay. Who may, is as for
    approving.
    """
    return await reviews.reject(work, gateway_of(request).database, role_id)


@router.post("/{role_id}/merge", responses=problem_responses(409))
async def merge_role(
    role_id: PathId, merge: RoleMerge, request: Request, work: Reviewer
) -> RoleShown:
    """Make a role part of an approved one, and its name another name of that.

    Whoever has the role means the other one at once; postings and candidates are moved and matched
    again in the background. A merge is final. Who may, is as for approving.
    """
    return await reviews.merge(work, gateway_of(request).database, role_id, merge.into_role_id)
