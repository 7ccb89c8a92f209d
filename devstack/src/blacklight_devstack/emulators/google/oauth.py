"""Google's OAuth 2.0 for web servers: the consent page, tokens and their revocation.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from blacklight_devstack.emulators.accounts import ACCESS_TOKEN_LIFETIME
from blacklight_devstack.emulators.consent_page import ConsentForm, ConsentPage, read_request
from blacklight_devstack.emulators.consents import (
    Asked,
    Consents,
    Issued,
    Refusal,
    Refused,
    TokenForm,
    TokenRequest,
)
from blacklight_devstack.emulators.faults import Fault, FaultOrder, Faults
from blacklight_devstack.emulators.registration import GOOGLE_AUTHORIZATION_PATH


def google_oauth_router(known: Consents, faults: Faults) -> APIRouter:
    """Sign-in of one Google; ``token`` and ``revoke`` are the operations that can go wrong."""
    router = APIRouter()
    page = ConsentPage("Google", known)

    @router.get(GOOGLE_AUTHORIZATION_PATH)
    def ask(request: Request) -> Response:
        return page.show(request, _asked(request))

    @router.post(GOOGLE_AUTHORIZATION_PATH)
    def answer(request: Request, answer: ConsentForm) -> Response:
        return page.answer(_asked(request), request.query_params.get("state"), answer)

    @router.post("/token")
    async def token(asked: TokenForm) -> Response:
        if (order := await faults.next("token", None)) is not None:
            return _faulty(order)
        return _answer(known, asked)

    @router.post("/revoke")
    async def revoke(token: Annotated[str, Form()] = "") -> Response:
        if (order := await faults.next("revoke", None)) is not None:
            return _faulty(order)
        if not known.revoke(token):
            return _error(HTTPStatus.BAD_REQUEST, "invalid_token", "Token expired or revoked")
        return JSONResponse({})

    return router


def _asked(request: Request) -> Asked:
    return read_request(request, offline=request.query_params.get("access_type") == "offline")


def _answer(known: Consents, asked: TokenRequest) -> Response:
    if not asked.is_of_registered_client:
        return _error(HTTPStatus.UNAUTHORIZED, "invalid_client", "Unauthorized")
    try:
        issued = known.grant(asked, rotate=False)
    except Refused as refused:
        return _error(HTTPStatus.BAD_REQUEST, *_refusal(refused, asked))
    return JSONResponse(_tokens(issued), headers={"Cache-Control": "no-store"})


def _refusal(refused: Refused, asked: TokenRequest) -> tuple[str, str]:
    if refused.refusal is Refusal.UNSUPPORTED:
        return "unsupported_grant_type", f"Invalid grant_type: {asked.grant_type}"
    if asked.code:
        return "invalid_grant", "Bad Request"
    return "invalid_grant", "Token has been expired or revoked."


def _tokens(issued: Issued) -> dict[str, Any]:
    tokens: dict[str, Any] = {
        "access_token": issued.access_token,
        "expires_in": int(ACCESS_TOKEN_LIFETIME.total_seconds()) - 1,
        "scope": " ".join(sorted(issued.consent.scopes)),
        "token_type": "Bearer",
    }
    if issued.refresh_token is not None:
        tokens["refresh_token"] = issued.refresh_token
    return tokens


def _faulty(order: FaultOrder) -> Response:
    match order.fault:
        case Fault.RATE_LIMITED:
            headers = {"Retry-After": str(order.delay_seconds)}
            return _error(
                HTTPStatus.TOO_MANY_REQUESTS, "rate_limit_exceeded", "Rate Limit Exceeded", headers
            )
        case Fault.UNAUTHORIZED:
            return _error(HTTPStatus.UNAUTHORIZED, "invalid_client", "Unauthorized")
        case Fault.FORBIDDEN:
            return _error(HTTPStatus.FORBIDDEN, "access_denied", "Account restricted")
        case Fault.BAD_GATEWAY:
            return HTMLResponse("<html><title>Error 502</title></html>", HTTPStatus.BAD_GATEWAY)
        case Fault.NOT_JSON:
            return HTMLResponse("<html><title>Sign in</title></html>")
        case _:
            return _error(HTTPStatus.SERVICE_UNAVAILABLE, "internal_failure", "Backend Error")


def _error(
    status: HTTPStatus, code: str, description: str, headers: dict[str, str] | None = None
) -> Response:
    return JSONResponse({"error": code, "error_description": description}, status, headers)
