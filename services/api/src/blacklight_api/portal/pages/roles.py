"""Roles: those that wait for a decision, and all of them."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import RoleStatus
from fastapi import Query, Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.pagination import PageRequest, RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form, FormRefused
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.roles import reviews, service
from blacklight_api.roles.queries import RoleFilter, names_of_roles, similar_roles
from blacklight_api.roles.schemas import RoleMerge
from blacklight_api.schemas import PathId, SearchText
from blacklight_api.work import TenantWork, tenant_work

PATH = "/roles"
MAX_ALIASES_SHOWN = 100
MAX_TARGETS_SHOWN = 20

router = portal_router(PATH)

Reader = Annotated[TenantWork, tenant_work(Scope.ROLES_READ)]
Reviewer = Annotated[TenantWork, tenant_work(Scope.ROLES_REVIEW)]


@router.get("")
async def show_pending(
    request: Request, work: Reviewer, gateway: TheGateway, requested: RequestedPage
) -> Response:
    """The roles that wait for a decision, with similar ones."""
    found = await reviews.page(work, gateway.database, requested)
    return page(request, "roles/pending.html", roles=found.items, next_cursor=found.next_cursor)


@router.get("/all")
async def show_all(
    request: Request,
    work: Reader,
    requested: RequestedPage,
    status: Annotated[list[RoleStatus], Query()] = [],  # noqa: B006 -- FastAPI copies it
    search: SearchText | None = None,
) -> Response:
    """All roles, with their filters."""
    found = await service.page(work, RoleFilter(status, search), requested)
    merged_into = {role.merged_into_id for role in found.items if role.merged_into_id}
    return page(
        request,
        "roles/all.html",
        roles=found.items,
        next_cursor=found.next_cursor,
        names=await names_of_roles(work.session, merged_into),
        chosen=status,
        search=search or "",
    )


@router.get("/{role_id}")
async def show_role(
    request: Request, role_id: PathId, work: Reader, search: SearchText | None = None
) -> Response:
    """One role: its other names, and what it can be merged into."""
    return await _role_page(request, work, role_id, Form(values={"search": search or ""}))


@router.post("/{role_id}/approve")
async def approve(
    request: Request, role_id: PathId, work: Reviewer, gateway: TheGateway
) -> Response:
    """Make the role one that matches."""
    role = await reviews.approve(work, gateway.database, role_id)
    return see_other(request, PATH, Notice(f"{role.name} is approved."))


@router.post("/{role_id}/reject")
async def reject(
    request: Request, role_id: PathId, work: Reviewer, gateway: TheGateway
) -> Response:
    """Make the role one that matches nothing."""
    role = await reviews.reject(work, gateway.database, role_id)
    return see_other(request, PATH, Notice(f"{role.name} is rejected."))


@router.post("/{role_id}/merge")
async def merge(request: Request, role_id: PathId, work: Reviewer, gateway: TheGateway) -> Response:
    """Make the role another name of an approved one."""
    form = await Form.sent(request)
    try:
        wanted = form.read(RoleMerge)
    except FormRefused:
        refused = Form(detail="Choose the role that it is the same as.")
        raise RefusedError(await _role_page(request, work, role_id, refused, 422)) from None
    role = await reviews.merge(work, gateway.database, role_id, wanted.into_role_id)
    into = (await names_of_roles(work.session, [wanted.into_role_id]))[wanted.into_role_id]
    return see_other(request, PATH, Notice(f"{role.name} is now another name of {into}."))


async def _role_page(
    request: Request, work: TenantWork, role_id: int, form: Form, status: int = 200
) -> Response:
    role = await service.find(work, role_id)
    aliases = await service.alias_page(work, role_id, PageRequest(MAX_ALIASES_SHOWN, None))
    targets = []
    if form.text("search"):
        wanted = RoleFilter([RoleStatus.APPROVED], form.text("search"))
        found = await service.page(work, wanted, PageRequest(MAX_TARGETS_SHOWN, None))
        targets = [target for target in found.items if target.id != role_id]
    merged_into = role.merged_into_id
    names = await names_of_roles(work.session, [merged_into] if merged_into else [])
    return page(
        request,
        "roles/one.html",
        status=status,
        role=role,
        merged_into_name=names.get(merged_into) if merged_into else None,
        aliases=aliases.items,
        similar=(await similar_roles(work.session, [role_id])).get(role_id, []),
        targets=targets,
        form=form,
    )
