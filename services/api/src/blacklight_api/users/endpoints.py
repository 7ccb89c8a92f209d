"""HTTP endpoints of portal users."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import PortalRole, PortalUserStatus
from fastapi import Query

from blacklight_api.accounts.links import PasswordLinks
from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId
from blacklight_api.users import service
from blacklight_api.users.queries import UserFilter
from blacklight_api.users.schemas import UserCreate, UserPatch, UserShown
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("/users", "users")

Admin = Annotated[TenantWork, tenant_work(Scope.USERS_ADMIN)]


@router.post("", status_code=201, responses=problem_responses(409))
async def create_user(wanted: UserCreate, work: Admin, gateway: TheGateway) -> UserShown:
    """Let a person into the tenant's portal; without a password, they choose one by a mail."""
    return service.shown(await service.create(work, wanted, PasswordLinks.of(gateway)))


@router.get("")
async def list_users(
    work: Admin,
    requested: RequestedPage,
    role: Annotated[PortalRole | None, Query(description="Only this role.")] = None,
    status: Annotated[PortalUserStatus | None, Query(description="Only this status.")] = None,
) -> Page[UserShown]:
    """List the tenant's people, the newest first."""
    return await service.page(work, UserFilter(role=role, status=status), requested)


@router.get("/{user_id}")
async def get_user(user_id: PathId, work: Admin) -> UserShown:
    """Get one person."""
    return service.shown(await service.find(work, user_id))


@router.patch("/{user_id}", responses=problem_responses(409))
async def change_user(
    user_id: PathId, patch: UserPatch, work: Admin, gateway: TheGateway
) -> UserShown:
    """Change a person's name, role, password or status; `disabled` locks them out."""
    return service.shown(await service.change(work, gateway.sessions, user_id, patch))


@router.post("/{user_id}/password-link", status_code=202, responses=problem_responses(409))
async def send_password_link(user_id: PathId, work: Admin, gateway: TheGateway) -> UserShown:
    """Mail a person a link by which they choose a password; the one they have stays until then."""
    links = PasswordLinks.of(gateway)
    return service.shown(await service.send_password_link(work, links, user_id))


@router.delete("/{user_id}/microsoft-account", status_code=204)
async def forget_microsoft_account(user_id: PathId, work: Admin, gateway: TheGateway) -> None:
    """Let a person sign in with another Microsoft account than before; their sessions end."""
    await service.forget_microsoft_account(work, gateway.sessions, user_id)
