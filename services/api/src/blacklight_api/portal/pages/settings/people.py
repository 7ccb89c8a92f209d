"""The people of the firm: who may sign in, and as what."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from blacklight_shared.models import PortalRole, PortalUserStatus
from fastapi import Query, Request
from fastapi.responses import Response

from blacklight_api.accounts.links import PasswordLinks
from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Problem
from blacklight_api.schemas import PathId
from blacklight_api.users import service
from blacklight_api.users.queries import UserFilter
from blacklight_api.users.schemas import UserCreate, UserPatch
from blacklight_api.work import TenantWork, caller, tenant_work

PATH = "/settings/people"

router = portal_router(PATH)

Admin = Annotated[TenantWork, tenant_work(Scope.USERS_ADMIN)]

ROLE_WORDS = [
    (PortalRole.RECRUITER, "Recruiter: works on postings, matches and invitations"),
    (PortalRole.HR, "HR: decides about candidates"),
    (PortalRole.ADMIN, "Admin: everything, settings too"),
]


@router.get("")
async def show_people(
    request: Request,
    work: Admin,
    requested: RequestedPage,
    role: Annotated[PortalRole | None, Query()] = None,
    status: Annotated[PortalUserStatus | None, Query()] = None,
) -> Response:
    """The list."""
    found = await service.page(work, UserFilter(role=role, status=status), requested)
    return page(
        request,
        "settings/people.html",
        people=found.items,
        next_cursor=found.next_cursor,
        roles=list(PortalRole),
        role=role or "",
        statuses=list(PortalUserStatus),
        status_wanted=status or "",
    )


@router.get("/new", dependencies=[caller(Scope.USERS_ADMIN)])
async def show_new_person(request: Request) -> Response:
    """The form for a new person."""
    return page(request, "settings/new_person.html", form=Form(), roles=ROLE_WORDS)


@router.post("/new")
async def add_person(request: Request, work: Admin, gateway: TheGateway) -> Response:
    """Let a person in; a mail brings them the link to choose a password."""
    form = await Form.sent(request)
    try:
        user = await service.create(work, form.read(UserCreate), PasswordLinks.of(gateway))
    except Problem as problem:
        refused = form.refused(problem)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise RefusedError(
            page(request, "settings/new_person.html", status=status, form=refused, roles=ROLE_WORDS)
        ) from None
    notice = Notice(f"{user.full_name} gets a mail with a link to choose a password.")
    return see_other(request, PATH, notice)


@router.get("/{user_id}")
async def show_person(request: Request, user_id: PathId, work: Admin) -> Response:
    """One person."""
    return await _shown(request, work, user_id, Form())


@router.post("/{user_id}")
async def change_person(
    request: Request, user_id: PathId, work: Admin, gateway: TheGateway
) -> Response:
    """Change name, role, or whether they may sign in."""
    form = await Form.sent(request)
    await service.find(work, user_id)
    try:
        await service.change(work, gateway.sessions, user_id, form.read(UserPatch))
    except Problem as problem:
        raise RefusedError(await _shown(request, work, user_id, form.refused(problem))) from None
    return see_other(request, PATH, Notice("Saved."))


@router.post("/{user_id}/password-link")
async def send_password_link(
    request: Request, user_id: PathId, work: Admin, gateway: TheGateway
) -> Response:
    """Mail them a link to choose a password."""
    user = await service.send_password_link(work, PasswordLinks.of(gateway), user_id)
    notice = Notice(f"A mail with the link is on its way to {user.email}.")
    return see_other(request, f"{PATH}/{user_id}", notice)


@router.post("/{user_id}/forget-microsoft-account")
async def forget_microsoft_account(
    request: Request, user_id: PathId, work: Admin, gateway: TheGateway
) -> Response:
    """Let them come with another Microsoft account."""
    user = await service.forget_microsoft_account(work, gateway.sessions, user_id)
    notice = Notice(f"{user.full_name} may sign in with another Microsoft account now.")
    return see_other(request, f"{PATH}/{user_id}", notice)


async def _shown(request: Request, work: TenantWork, user_id: int, form: Form) -> Response:
    user = await service.find(work, user_id)
    return page(
        request,
        "settings/person.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if form.detail else HTTPStatus.OK,
        person=service.shown(user),
        form=form,
        roles=ROLE_WORDS,
    )
