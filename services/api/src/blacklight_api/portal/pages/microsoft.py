"""Signing in with Microsoft: the way there, and the way back.

What comes back is believed because of a cookie, which only the browser has in which the sign-in was
begun, and which holds state, nonce and PKCE verifier, encrypted. Without it, a person could be
signed in to the account of whoever sent them a link.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Any

import structlog
from blacklight_shared.crypto import DecryptionError
from blacklight_shared.workflows import ApiError
from fastapi import Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel

from blacklight_api.auth.microsoft import (
    MicrosoftProblem,
    MicrosoftSignIn,
    MicrosoftSignInError,
)
from blacklight_api.auth.microsoft_accounts import find_microsoft_accounts
from blacklight_api.auth.sign_in import Account
from blacklight_api.gateway import Gateway, TheGateway
from blacklight_api.portal.cookies import Notice, set_cookie
from blacklight_api.portal.pages.sign_in import begin_session
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import SIGN_IN_PATH, local_path, public_page_router
from blacklight_api.problems import NotFound

PATH = f"{SIGN_IN_PATH}/microsoft"
CALLBACK_PATH = f"{PATH}/callback"
"""Registered with Microsoft as a redirect URI of this installation."""
COOKIE = "blacklight_microsoft"
LIFETIME = timedelta(minutes=10)

_PURPOSE = "microsoft-sign-in"
_NO_ANSWER = "Microsoft does not answer at the moment. Try again shortly, or use your password."

router = public_page_router(PATH)

log = structlog.stdlib.get_logger(__name__)


class _UnderWay(BaseModel):
    """A sign-in that was begun."""

    flow: dict[str, Any]
    next: str
    tenant: str | None
    expires_at: datetime


@router.get("")
async def go_to_microsoft(
    request: Request,
    gateway: TheGateway,
    next: Annotated[str | None, Query(max_length=2_000)] = None,  # noqa: A002 -- the name in the address
    tenant: Annotated[str | None, Query(max_length=63)] = None,
) -> Response:
    """Send the browser to Microsoft.

    A link leads here, not a form: the page's policy lets forms lead to our own site only.
    """
    microsoft = _configured(gateway)
    try:
        asked = await microsoft.begin(
            f"{gateway.settings.public_url}{CALLBACK_PATH}", choose_account=tenant is None
        )
    except ApiError as error:
        return _no_answer(request, error)
    under_way = _UnderWay(
        flow=asked.flow,
        next=local_path(next),
        tenant=tenant,
        expires_at=datetime.now(UTC) + LIFETIME,
    )
    response = RedirectResponse(asked.url, HTTPStatus.SEE_OTHER)
    set_cookie(request, response, COOKIE, _sealed(gateway, under_way), LIFETIME, path=PATH)
    return response


@router.get("/callback")
async def come_back(request: Request, gateway: TheGateway) -> Response:
    """Sign in whom Microsoft names; the answer is good once."""
    microsoft = _configured(gateway)
    try:
        response = await _signed_in(request, gateway, microsoft)
    except MicrosoftSignInError as error:
        response = see_other(request, SIGN_IN_PATH, Notice(error.problem.words, "failed"))
    except ApiError as error:
        response = _no_answer(request, error)
    response.delete_cookie(COOKIE, path=PATH)
    return response


async def _signed_in(request: Request, gateway: Gateway, microsoft: MicrosoftSignIn) -> Response:
    under_way = _opened(gateway, request.cookies.get(COOKIE, ""))
    person = await microsoft.finish(under_way.flow, dict(request.query_params))
    accounts = [
        account
        for account in await find_microsoft_accounts(gateway.database, person)
        if under_way.tenant in {None, account.tenant_slug}
    ]
    if not accounts:
        raise MicrosoftSignInError(MicrosoftProblem.NOT_ADMITTED)
    if len(accounts) > 1:
        return page(request, "choose_firm.html", firms=_firms(accounts), next=under_way.next)
    return await begin_session(request, gateway, accounts[0], under_way.next, person=person)


def _configured(gateway: Gateway) -> MicrosoftSignIn:
    if gateway.microsoft_sign_in is None:
        raise NotFound("page")
    return gateway.microsoft_sign_in


def _no_answer(request: Request, error: ApiError) -> Response:
    log.warning("microsoft_sign_in_failed", error=str(error))
    return see_other(request, SIGN_IN_PATH, Notice(_NO_ANSWER, "failed"))


def _sealed(gateway: Gateway, under_way: _UnderWay) -> str:
    sealed = gateway.secret_box.encrypt(
        under_way.model_dump_json(), purpose=_PURPOSE, tenant_id=None
    )
    return base64.urlsafe_b64encode(sealed).decode()


def _opened(gateway: Gateway, cookie: str) -> _UnderWay:
    try:
        text = gateway.secret_box.decrypt(
            base64.urlsafe_b64decode(cookie), purpose=_PURPOSE, tenant_id=None
        )
    except (DecryptionError, binascii.Error, ValueError):
        raise MicrosoftSignInError(MicrosoftProblem.STALE) from None
    under_way = _UnderWay.model_validate_json(text)
    if under_way.expires_at <= datetime.now(UTC):
        raise MicrosoftSignInError(MicrosoftProblem.STALE)
    return under_way


def _firms(accounts: Sequence[Account]) -> list[tuple[str, str]]:
    return [(account.tenant_slug, account.tenant_name) for account in accounts]
