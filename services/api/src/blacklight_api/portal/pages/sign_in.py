"""Signing in and out."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from blacklight_shared.passwords import MAX_PASSWORD_LENGTH
from fastapi import Depends, Request
from fastapi.responses import Response
from pydantic import BaseModel, SecretStr

from blacklight_api.audit.service import record
from blacklight_api.auth.microsoft import MicrosoftPerson
from blacklight_api.auth.microsoft_accounts import admit_microsoft_account
from blacklight_api.auth.principal import Actor, ActorType, Principal
from blacklight_api.auth.sessions import Viewer
from blacklight_api.auth.sign_in import (
    Account,
    ChooseTenantError,
    TooManyTriesError,
    WrongCredentialsError,
    check_password,
)
from blacklight_api.gateway import Gateway, TheGateway
from blacklight_api.portal.cookies import (
    SESSION_COOKIE,
    THEMES,
    Notice,
    clear_session,
    set_session,
    set_theme,
)
from blacklight_api.portal.forms import Form, FormRefused
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import (
    SIGN_IN_PATH,
    local_path,
    portal_router,
    public_page_router,
    viewer_of,
)
from blacklight_api.schemas import Email
from blacklight_api.users.queries import find_user
from blacklight_api.work import TenantWork, request_id

public_router = public_page_router()
router = portal_router()

TEMPLATE = "sign_in.html"
_WRONG = "This address and password do not belong together. Check both and try again."


class Credentials(BaseModel):
    """What a person signs in with."""

    email: Email
    password: SecretStr
    tenant: str | None = None
    next: str | None = None


@public_router.get(SIGN_IN_PATH)
async def show_sign_in(request: Request, gateway: TheGateway, next: str | None = None) -> Response:  # noqa: A002 -- the name in the address
    """The form; who is signed in goes on."""
    token = request.cookies.get(SESSION_COOKIE)
    if token and await gateway.sessions.find(token):
        return see_other(request, local_path(next))
    return _page(request, gateway, Form(values={"next": next or ""}))


@public_router.post(SIGN_IN_PATH)
async def sign_in(request: Request, gateway: TheGateway) -> Response:
    """Take address and password, and begin a session of its own."""
    form = await Form.sent(request)
    try:
        wanted = form.read(Credentials)
    except FormRefused as problem:
        return _again(request, gateway, form.refused(problem))
    password = wanted.password.get_secret_value()
    if len(password) > MAX_PASSWORD_LENGTH:
        return _again(request, gateway, form, _WRONG)
    try:
        account = await check_password(gateway.database, wanted.email, password, wanted.tenant)
    except WrongCredentialsError:
        return _again(request, gateway, form, _WRONG)
    except TooManyTriesError as error:
        return _again(
            request,
            gateway,
            form,
            f"Too many tries. Wait {error.wait_minutes} min, or choose a new password.",
            status=HTTPStatus.TOO_MANY_REQUESTS,
        )
    except ChooseTenantError as choice:
        return _page(request, gateway, form, firms=_firms(choice.accounts))
    return await begin_session(request, gateway, account, local_path(wanted.next))


@router.post("/sign-out")
async def sign_out(request: Request, gateway: TheGateway) -> Response:
    """End this browser's session."""
    await gateway.sessions.end(request.cookies[SESSION_COOKIE])
    response = see_other(request, SIGN_IN_PATH, Notice("You are signed out."))
    clear_session(response)
    return response


@router.post("/sign-out-everywhere")
async def sign_out_everywhere(
    request: Request, gateway: TheGateway, viewer: Annotated[Viewer, Depends(viewer_of)]
) -> Response:
    """End the person's sessions in all browsers."""
    async with gateway.database.tenant_session(viewer.tenant_id) as session:
        await gateway.sessions.end_all(session, viewer.user_id)
        work = TenantWork(session, viewer.principal, request_id(request), viewer.tenant_id)
        await record(work, "user.signed_out_everywhere", viewer.user_id)
    response = see_other(request, SIGN_IN_PATH, Notice("You are signed out everywhere."))
    clear_session(response)
    return response


@public_router.post("/theme")
async def choose_theme(request: Request) -> Response:
    """Remember which colours this browser shows."""
    form = await Form.sent(request)
    response = see_other(request, local_path(form.text("next")))
    wanted = form.text("theme")
    set_theme(request, response, next((theme for theme in THEMES if theme == wanted), "auto"))
    return response


async def begin_session(
    request: Request,
    gateway: Gateway,
    account: Account,
    path: str,
    *,
    person: MicrosoftPerson | None = None,
) -> Response:
    """Sign a person in, in a session of its own, and go on to ``path``.

    The session that the browser had before ends: a token from before the sign-in is worth nothing.

    Args:
        request: Carries the browser's cookies.
        gateway: The parts of the process.
        account: Who signs in.
        path: A path of the portal.
        person: As Microsoft knows them; None: they came without Microsoft.

    Raises:
        MicrosoftSignInError: They sign in with another Microsoft account.
    """
    if (old := request.cookies.get(SESSION_COOKIE)) is not None:
        await gateway.sessions.end(old)
    async with gateway.database.tenant_session(account.tenant_id) as session:
        user = await find_user(session, account.user_id)
        if user is None:
            return see_other(request, SIGN_IN_PATH)
        token = await gateway.sessions.start(
            session, user, request.headers.get("User-Agent", "unknown")
        )
        actor = Actor(ActorType.USER, str(user.id))
        principal = Principal(account.tenant_id, frozenset(), actor)
        work = TenantWork(session, principal, request_id(request), account.tenant_id)
        if person and await admit_microsoft_account(session, user.id, person):
            await record(work, "user.microsoft_account_added", user.id)
        await record(work, "user.signed_in", user.id)
    response = see_other(request, path)
    set_session(request, response, token)
    return response


def _firms(accounts: Sequence[Account]) -> list[tuple[str, str]]:
    return [("", "Choose…"), *((account.tenant_slug, account.tenant_name) for account in accounts)]


def _again(
    request: Request,
    gateway: Gateway,
    form: Form,
    detail: str | None = None,
    status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    shown = Form(values=form.values, errors=form.errors, detail=detail or form.detail)
    return _page(request, gateway, shown, status=status)


def _page(
    request: Request,
    gateway: Gateway,
    form: Form,
    *,
    firms: Sequence[tuple[str, str]] = (),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    return page(
        request,
        TEMPLATE,
        status=status,
        form=form,
        firms=firms,
        with_microsoft=gateway.microsoft_sign_in is not None,
    )
