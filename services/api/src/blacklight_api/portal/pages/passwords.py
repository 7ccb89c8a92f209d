"""Forgotten passwords, and the page behind the link by which a person chooses one."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import Response
from starlette.background import BackgroundTask

from blacklight_api.accounts.links import RESET_PATH, PasswordLinks
from blacklight_api.accounts.passwords import choose_password, is_good_link, send_links
from blacklight_api.accounts.schemas import ForgottenPassword, PasswordChoice
from blacklight_api.auth.sign_in import Account
from blacklight_api.gateway import TheGateway
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form, FormRefused
from blacklight_api.portal.pages.sign_in import begin_session
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import public_page_router
from blacklight_api.work import request_id

router = public_page_router()

FORGOTTEN_PATH = "/forgotten-password"


@router.get(FORGOTTEN_PATH)
async def show_forgotten_password(request: Request) -> Response:
    """Ask for the address."""
    return page(request, "account/forgotten_password.html", form=Form(), sent_to=None)


@router.post(FORGOTTEN_PATH)
async def ask_for_link(request: Request, gateway: TheGateway) -> Response:
    """Say that a mail is on its way, whether or not the address is known."""
    form = await Form.sent(request)
    template = "account/forgotten_password.html"
    try:
        wanted = form.read(ForgottenPassword)
    except FormRefused as problem:
        refused = form.refused(problem)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, template, status=status, form=refused, sent_to=None)
    response = page(request, template, form=Form(), sent_to=wanted.email)
    # After the answer: how long it takes tells nobody whether the address is known.
    response.background = BackgroundTask(
        send_links, gateway.database, PasswordLinks.of(gateway), wanted.email, request_id(request)
    )
    return response


@router.get(RESET_PATH)
async def show_reset_password(request: Request, gateway: TheGateway, token: str = "") -> Response:
    """Ask for the password, if the link is still good."""
    if not await is_good_link(gateway.database, token):
        return _worthless(request)
    return page(request, "account/reset_password.html", form=Form(values={"token": token}))


@router.post(RESET_PATH)
async def reset_password(request: Request, gateway: TheGateway) -> Response:
    """Set the password, sign the person in, and make the link worthless."""
    form = await Form.sent(request)
    try:
        wanted = form.read(PasswordChoice)
    except FormRefused as problem:
        refused = form.refused(problem)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return page(request, "account/reset_password.html", status=status, form=refused)
    chosen = await choose_password(
        gateway.database, gateway.sessions, wanted.token, wanted.new_password, request_id(request)
    )
    if chosen is None:
        return _worthless(request)
    tenant_id, user_id = chosen
    response = await begin_session(request, gateway, Account(user_id, tenant_id, "", ""), "/")
    Notice("Your password is set, and you are signed in.").leave(request, response)
    return response


def _worthless(request: Request) -> Response:
    return page(request, "account/worthless_link.html", status=HTTPStatus.NOT_FOUND)
