"""The Microsoft identity platform: metadata, the consent page, and tokens.

https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
"""

from __future__ import annotations

import base64
import json
import uuid
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from blacklight_devstack.emulators.accounts import ACCESS_TOKEN_LIFETIME
from blacklight_devstack.emulators.consent_page import ConsentForm, ConsentPage, read_request
from blacklight_devstack.emulators.consents import (
    Asked,
    Consent,
    Consents,
    Issued,
    Refusal,
    Refused,
    TokenForm,
    TokenRequest,
)
from blacklight_devstack.emulators.faults import Fault, FaultOrder, Faults
from blacklight_devstack.emulators.registration import CLIENT_ID

TENANT_ID = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""Of personal accounts, at Microsoft as here."""
_SHARED_AUTHORITIES = frozenset({"common", "organizations", "consumers"})
"""Authorities that are no directory of their own."""
_FREE_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})
_KEY_ID = "emulated"
_KEY_BITS = 2048
# https://learn.microsoft.com/entra/identity-platform/reference-error-codes
_REFUSALS = {
    Refusal.UNKNOWN: ("invalid_grant", 70000, "The provided grant is not valid."),
    Refusal.EXPIRED: ("invalid_grant", 700082, "The refresh token has expired."),
    Refusal.REVOKED: ("invalid_grant", 65001, "The user has not consented to use the application."),
    Refusal.UNSUPPORTED: ("unsupported_grant_type", 70003, "The grant type is not supported."),
}


def microsoft_oauth_router(known: Consents, faults: Faults) -> APIRouter:
    """Sign-in of one Microsoft; ``token`` is the operation that can go wrong."""
    router = APIRouter(prefix="/{tenant}")
    page = ConsentPage("Microsoft", known, _FREE_SCOPES)

    @router.get("/v2.0/.well-known/openid-configuration")
    def metadata(request: Request, tenant: str) -> dict[str, Any]:
        return _metadata(f"{request.base_url}{tenant}")

    @router.get("/discovery/v2.0/keys")
    def keys() -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(_signing_key().public_key()))
        return {"keys": [{**key, "kid": _KEY_ID, "use": "sig"}]}

    @router.get("/oauth2/v2.0/authorize")
    def ask(request: Request) -> Response:
        return page.show(request, _asked(request))

    @router.post("/oauth2/v2.0/authorize")
    def answer(request: Request, answer: ConsentForm) -> Response:
        return page.answer(_asked(request), request.query_params.get("state"), answer)

    @router.post("/oauth2/v2.0/token")
    async def token(request: Request, tenant: str, asked: TokenForm) -> Response:
        if (order := await faults.next("token", None)) is not None:
            return _faulty(order)
        directory = TENANT_ID if tenant in _SHARED_AUTHORITIES else tenant
        return _answer(known, asked, str(request.base_url), directory)

    return router


def _metadata(authority: str) -> dict[str, Any]:
    return {
        "issuer": f"{authority}/v2.0",
        "authorization_endpoint": f"{authority}/oauth2/v2.0/authorize",
        "token_endpoint": f"{authority}/oauth2/v2.0/token",
        "jwks_uri": f"{authority}/discovery/v2.0/keys",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "scopes_supported": sorted(_FREE_SCOPES),
    }


def _asked(request: Request) -> Asked:
    scopes = request.query_params.get("scope", "").split()
    return read_request(request, offline="offline_access" in scopes)


def _answer(known: Consents, asked: TokenRequest, base_url: str, directory: str) -> Response:
    if not asked.is_of_registered_client:
        return _invalid_client()
    try:
        issued = known.grant(asked, rotate=True)
    except Refused as refused:
        return _error(*_REFUSALS[refused.refusal])
    claims = _claims(issued.consent, directory) | known.accounts.claims.get(
        issued.consent.address, {}
    )
    claims["iss"] = f"{base_url}{claims['tid']}/v2.0"
    return JSONResponse(_tokens(issued, claims))


def _claims(consent: Consent, directory: str) -> dict[str, Any]:
    """See https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference."""
    now = datetime.now(UTC)
    object_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, consent.address))
    claims: dict[str, Any] = {
        "ver": "2.0",
        "aud": CLIENT_ID,
        "sub": object_id,
        "oid": object_id,
        "tid": directory,
        "iat": now,
        "nbf": now,
        "exp": now + ACCESS_TOKEN_LIFETIME,
        "preferred_username": consent.address,
        "nonce": consent.request.nonce,
    }
    if "email" in consent.scopes:
        claims |= {"email": consent.address, "xms_edov": True}
    return claims


def _tokens(issued: Issued, claims: dict[str, Any]) -> dict[str, Any]:
    seconds = int(ACCESS_TOKEN_LIFETIME.total_seconds())
    tokens: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": " ".join(sorted(issued.consent.scopes - {"offline_access"})),
        "expires_in": seconds - 1,
        "ext_expires_in": seconds - 1,
        "access_token": issued.access_token,
        "client_info": _base64url({"uid": claims["oid"], "utid": claims["tid"]}),
    }
    if issued.refresh_token is not None:
        tokens["refresh_token"] = issued.refresh_token
    if "openid" in issued.consent.scopes:
        tokens["id_token"] = jwt.encode(
            claims, _signing_key(), algorithm="RS256", headers={"kid": _KEY_ID}
        )
    return tokens


@cache
def _signing_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)


def _base64url(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _faulty(order: FaultOrder) -> Response:
    match order.fault:
        case Fault.RATE_LIMITED:
            headers = {"Retry-After": str(order.delay_seconds)}
            return _error(
                "temporarily_unavailable",
                90055,
                "There are too many incoming requests.",
                HTTPStatus.TOO_MANY_REQUESTS,
                headers,
            )
        case Fault.UNAUTHORIZED:
            return _invalid_client()
        case Fault.FORBIDDEN:
            return _error("interaction_required", 53003, "Access has been blocked by policies.")
        case Fault.BAD_GATEWAY:
            return HTMLResponse("<html><title>Bad gateway</title></html>", HTTPStatus.BAD_GATEWAY)
        case Fault.NOT_JSON:
            return HTMLResponse("<html><title>Sign in</title></html>")
        case _:
            return _error(
                "temporarily_unavailable",
                90033,
                "A transient error has occurred.",
                HTTPStatus.SERVICE_UNAVAILABLE,
            )


def _invalid_client() -> Response:
    return _error(
        "invalid_client", 7000215, "Invalid client secret provided.", HTTPStatus.UNAUTHORIZED
    )


def _error(
    error: str,
    code: int,
    description: str,
    status: HTTPStatus = HTTPStatus.BAD_REQUEST,
    headers: dict[str, str] | None = None,
) -> Response:
    body = {
        "error": error,
        "error_description": f"AADSTS{code}: {description}",
        "error_codes": [code],
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ"),
        "trace_id": str(uuid.uuid4()),
        "correlation_id": str(uuid.uuid4()),
    }
    return JSONResponse(body, status, headers)
