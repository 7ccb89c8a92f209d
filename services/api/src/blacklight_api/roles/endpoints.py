"""HTTP endpoints of roles."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import RoleStatus
from fastapi import Query, Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.roles import service
from blacklight_api.roles.queries import RoleFilter
from blacklight_api.roles.schemas import RoleAliasShown, RoleProposal, RoleShown
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId, SearchText
from blacklight_api.work import Work, shared_work

router = gateway_router("/roles", "roles")

Reader = Annotated[Work, shared_work(Scope.ROLES_READ)]
Writer = Annotated[Work, shared_work(Scope.ROLES_WRITE)]


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
