"""Google: OAuth 2.0 for web server applications, with PKCE.

https://developers.google.com/identity/protocols/oauth2/web-server
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.integrations.http import SignInHttp
from blacklight_shared.integrations.providers import (
    AuthorizationRequest,
    ConsentError,
    ConsentProblem,
    Grant,
    ProviderTokens,
    TokensRefusedError,
)
from blacklight_shared.models import MailboxProviderName
from blacklight_shared.workflows import ApiError, translating_errors

GMAIL_SCOPE = "https://www.googleapis.com/auth/gmail.readonly"
_SERVICE = "google"
_VERIFIER_BYTES = 64  # 86 characters; RFC 7636 allows 43 to 128


class _Answer(BaseModel):
    """Of the token endpoint (RFC 6749, sections 5.1 and 5.2)."""

    access_token: str | None = None
    refresh_token: str | None = None
    expires_in: int = 0
    scope: str = ""
    error: str | None = None


class _Profile(BaseModel):
    """Of the Gmail endpoint ``users.getProfile``."""

    emailAddress: str  # noqa: N815 -- Google's name


@dataclass(frozen=True)
class Google:
    """Gmail mailboxes; see ``MailboxProvider``.

    Attributes:
        client_id: This installation, as Google knows it.
        client_secret: Its password.
        authorization_url: The page that asks for consent.
        oauth_url: Where ``/token`` and ``/revoke`` are.
        gmail_url: Where the mailbox says whose it is.
        http: How all of them are reached.
    """

    client_id: str
    client_secret: SecretStr
    authorization_url: str
    oauth_url: str
    gmail_url: str
    http: SignInHttp

    @property
    def name(self) -> MailboxProviderName:
        """Which provider."""
        return MailboxProviderName.GMAIL

    async def begin(self, *, state: str, redirect_uri: str) -> AuthorizationRequest:
        """Ask for offline access; ``prompt=consent`` makes Google give a refresh token again."""
        verifier = secrets.token_urlsafe(_VERIFIER_BYTES)
        query = {
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "response_type": "code",
            "scope": GMAIL_SCOPE,
            "access_type": "offline",
            "prompt": "consent",
            "state": state,
            "code_challenge": _s256(verifier),
            "code_challenge_method": "S256",
        }
        return AuthorizationRequest(f"{self.authorization_url}?{urlencode(query)}", verifier)

    async def finish(self, flow: str, answer: Mapping[str, str], *, redirect_uri: str) -> Grant:
        """Exchange the code; a refusal of the code is the person's to mend."""
        if "code" not in answer:
            raise ConsentError(ConsentProblem.ACCESS_DENIED)
        found = await self._token(
            grant_type="authorization_code",
            code=answer["code"],
            code_verifier=flow,
            redirect_uri=redirect_uri,
        )
        if found.error == "invalid_grant":
            raise ConsentError(ConsentProblem.CODE_REFUSED)
        if GMAIL_SCOPE not in found.scope.split():
            raise ConsentError(ConsentProblem.SCOPE_MISSING)
        if found.refresh_token is None:
            raise ConsentError(ConsentProblem.NO_OFFLINE_ACCESS)
        tokens = self._tokens(found, found.refresh_token)
        return Grant(await self._address(tokens.access_token), tokens)

    async def refresh(self, tokens: ProviderTokens) -> ProviderTokens:
        """Get a new access token; Google keeps the refresh token as it is."""
        found = await self._token(grant_type="refresh_token", refresh_token=tokens.renewal)
        if found.error == "invalid_grant":
            # Google says "expired or revoked" of both.
            raise TokensRefusedError(self.name, IntegrationErrorType.TOKEN_EXPIRED)
        return self._tokens(found, found.refresh_token or tokens.renewal)

    async def revoke(self, tokens: ProviderTokens) -> bool:
        """Revoke the whole grant; 400 says that it is gone already."""
        response = await self._post("/revoke", {"token": tokens.renewal})
        if response.is_success or response.status_code == HTTPStatus.BAD_REQUEST:
            return True
        raise ApiError(_SERVICE, "revoking failed", response.status_code)

    async def _token(self, **fields: str) -> _Answer:
        response = await self._post(
            "/token",
            {
                "client_id": self.client_id,
                "client_secret": self.client_secret.get_secret_value(),
                **fields,
            },
        )
        try:
            found = _Answer.model_validate_json(response.content)
        except ValidationError:
            # Not chained: it could quote a token.
            raise ApiError(_SERVICE, "the token answer is not valid", _BAD_ANSWER) from None
        if found.error is not None and found.error != "invalid_grant":
            raise ApiError(_SERVICE, f"the token was refused: {found.error}", response.status_code)
        return found

    async def _post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        async with (
            translating_errors("sign-in", service=_SERVICE),
            self.http.deadline(),
            self.http.async_client() as client,
        ):
            return self.http.check(await client.post(f"{self.oauth_url}{path}", data=fields))

    async def _address(self, access_token: str) -> str:
        url = f"{self.gmail_url}/gmail/v1/users/me/profile"
        headers = {"Authorization": f"Bearer {access_token}"}
        async with translating_errors("read profile", service="gmail"), self.http.deadline():
            async with self.http.async_client() as client:
                response = self.http.check(await client.get(url, headers=headers))
            response.raise_for_status()
            return _Profile.model_validate_json(response.content).emailAddress.lower()

    def _tokens(self, found: _Answer, renewal: str) -> ProviderTokens:
        if found.access_token is None:
            raise ApiError(_SERVICE, "the token answer holds no token", _BAD_ANSWER)
        return ProviderTokens(
            access_token=found.access_token,
            renewal=renewal,
            access_expires_at=datetime.now(UTC) + timedelta(seconds=found.expires_in),
            scopes=tuple(found.scope.split()),
        )


_BAD_ANSWER = HTTPStatus.BAD_GATEWAY


def _s256(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636, section 4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
