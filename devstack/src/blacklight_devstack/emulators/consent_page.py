"""The page on which a person allows an application to read their mailbox.

It is shown by GET and answered by POST to the same URL, whose query says what is asked for. Tests
answer it with `consent_answer`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, select_autoescape
from pydantic import BaseModel

from blacklight_devstack.emulators.consents import Asked, Consent, Consents
from blacklight_devstack.emulators.registration import CLIENT_ID

_pages = Environment(
    loader=PackageLoader("blacklight_devstack.emulators"), autoescape=select_autoescape()
)


class ConsentAnswer(BaseModel):
    """What a person fills in.

    Attributes:
        address: Who they are.
        decision: Whether they allow it.
        scope: What of it they allow.
    """

    address: str
    decision: Literal["allow", "deny"]
    scope: list[str] = []


ConsentForm = Annotated[ConsentAnswer, Form()]


@dataclass(frozen=True)
class ConsentPage:
    """The page of one provider.

    Attributes:
        provider: Its name, as people know it.
        consents: Where a yes is kept.
        free_scopes: What is not asked about, because every sign-in has it.
    """

    provider: str
    consents: Consents
    free_scopes: frozenset[str] = frozenset()

    def show(self, request: Request, asked: Asked) -> HTMLResponse:
        """The page."""
        values: dict[str, Any] = {
            "provider": self.provider,
            "addresses": self.consents.accounts.addresses,
            "scopes": sorted(asked.scopes - self.free_scopes),
            "action": f"{request.url.path}?{request.url.query}",
        }
        return HTMLResponse(_pages.get_template("consent.html").render(values))

    def answer(self, asked: Asked, state: str | None, answer: ConsentAnswer) -> RedirectResponse:
        """Send the browser back to the application, with a code or a refusal."""
        if answer.decision == "deny":
            return _redirect(asked.redirect_uri, {"error": "access_denied"}, state)
        granted = asked.scopes & (frozenset(answer.scope) | self.free_scopes)
        address = answer.address.strip().lower()
        code = self.consents.allow(Consent(address=address, scopes=granted, request=asked))
        return _redirect(asked.redirect_uri, {"code": code}, state)


def read_request(request: Request, *, offline: bool) -> Asked:
    """What the query asks for, by the rules of RFC 6749 and RFC 7636.

    Args:
        request: To the page.
        offline: Whether it asks for a refresh token; each provider has its own way.

    Raises:
        HTTPException: The client or the query is not good; the browser stays at the provider.
    """
    query = request.query_params
    if query.get("client_id") != CLIENT_ID:
        raise HTTPException(HTTPStatus.UNAUTHORIZED, "invalid_client")
    redirect_uri = query.get("redirect_uri", "")
    if urlsplit(redirect_uri).scheme not in {"http", "https"}:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "redirect_uri_mismatch")
    if query.get("response_type") != "code":
        raise HTTPException(HTTPStatus.BAD_REQUEST, "unsupported_response_type")
    challenge = query.get("code_challenge")
    if challenge is not None and query.get("code_challenge_method") != "S256":
        raise HTTPException(HTTPStatus.BAD_REQUEST, "invalid_request: code_challenge_method")
    return Asked(
        redirect_uri=redirect_uri,
        scopes=frozenset(query.get("scope", "").split()),
        challenge=challenge,
        nonce=query.get("nonce"),
        offline=offline,
    )


def consent_answer(
    authorization_url: str,
    address: str,
    decision: Literal["allow", "deny"] = "allow",
    *,
    without: Collection[str] = (),
) -> dict[str, str | list[str]]:
    """The form that a person sends by POST to the page's own URL.

    Args:
        authorization_url: The page.
        address: Who they are.
        decision: Whether they allow it.
        without: The scopes whose boxes they do not tick.
    """
    asked = dict(parse_qsl(urlsplit(authorization_url).query)).get("scope", "").split()
    ticked = [scope for scope in asked if scope not in without]
    return {"address": address, "decision": decision, "scope": ticked}


def _redirect(uri: str, answer: dict[str, str], state: str | None) -> RedirectResponse:
    parts = urlsplit(uri)
    fields = [*parse_qsl(parts.query), *answer.items(), *([("state", state)] if state else [])]
    target = urlunsplit(parts._replace(query=urlencode(fields)))
    return RedirectResponse(target, HTTPStatus.SEE_OTHER)
