"""Microsoft: the authorization code flow through MSAL, which brings PKCE and a nonce.

https://learn.microsoft.com/entra/msal/python/
"""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
import msal  # type: ignore[import-untyped]  # it has no annotations
import orjson
from pydantic import SecretStr

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

GRAPH_SCOPE = "Mail.Read"
"""MSAL adds ``offline_access``, ``openid`` and ``profile`` by itself."""
_SERVICE = "microsoft"
_REFUSALS = frozenset({"invalid_grant", "interaction_required", "consent_required"})
_CONSENT_MISSING = 65001
"""AADSTS65001: the person or their administrator has not, or no longer, consented.
https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""
_ADMIN_CONSENT_NEEDED = "AADSTS65001", "AADSTS90094", "AADSTS90095"

# A POST from another site would come without the cookie that binds the answer to the browser.
warnings.filterwarnings("ignore", "response_mode='form_post' is recommended", UserWarning, "msal")

ResultT = TypeVar("ResultT")
_MsalAnswer = dict[str, Any]


@dataclass(frozen=True)
class Microsoft:
    """Outlook mailboxes; see ``MailboxProvider``.

    MSAL blocks, so it runs in threads; its answers are loose dictionaries and stay in here.

    Attributes:
        client_id: This installation, as Microsoft knows it.
        client_secret: Its password.
        authority: Who signs people in, such as ``https://login.microsoftonline.com/common``.
        instance_discovery: Ask Microsoft whether the authority is one of its own.
        http: How the authority is reached.
    """

    client_id: str
    client_secret: SecretStr
    authority: str
    instance_discovery: bool
    http: SignInHttp

    @property
    def name(self) -> MailboxProviderName:
        """Which provider."""
        return MailboxProviderName.OUTLOOK

    async def begin(self, *, state: str, redirect_uri: str) -> AuthorizationRequest:
        """Ask for access; the person chooses the account."""

        def initiate(app: msal.ConfidentialClientApplication) -> _MsalAnswer:
            flow: _MsalAnswer = app.initiate_auth_code_flow(
                [GRAPH_SCOPE], redirect_uri=redirect_uri, state=state, prompt="select_account"
            )
            return flow

        flow = await self._call(initiate, msal.SerializableTokenCache())
        return AuthorizationRequest(flow["auth_uri"], orjson.dumps(flow).decode())

    async def finish(self, flow: str, answer: Mapping[str, str], *, redirect_uri: str) -> Grant:  # noqa: ARG002 -- MSAL keeps it in the flow
        """Exchange the code; MSAL compares state and nonce."""
        if "code" not in answer:
            raise ConsentError(_denied(answer))
        cache = msal.SerializableTokenCache()

        def exchange(app: msal.ConfidentialClientApplication) -> _MsalAnswer:
            found: _MsalAnswer = app.acquire_token_by_auth_code_flow(
                orjson.loads(flow), dict(answer)
            )
            return found

        try:
            found = await self._call(exchange, cache)
        except (ValueError, RuntimeError):
            # MSAL: the state or the nonce is another one. Not chained: its text quotes claims.
            raise ConsentError(ConsentProblem.CODE_REFUSED) from None
        if found.get("error") in _REFUSALS:
            raise ConsentError(ConsentProblem.CODE_REFUSED)
        tokens = _tokens(found, cache)
        if not _holds_refresh_token(cache):
            raise ConsentError(ConsentProblem.NO_OFFLINE_ACCESS)
        if not any(scope.endswith(GRAPH_SCOPE) for scope in tokens.scopes):
            raise ConsentError(ConsentProblem.SCOPE_MISSING)
        claims = found.get("id_token_claims", {})
        return Grant(str(claims["preferred_username"]).lower(), tokens)

    async def refresh(self, tokens: ProviderTokens) -> ProviderTokens:
        """Get a new access token; Microsoft may give a new refresh token with it."""
        cache = msal.SerializableTokenCache()
        cache.deserialize(tokens.renewal)

        def renew(app: msal.ConfidentialClientApplication) -> _MsalAnswer | None:
            accounts = app.get_accounts()
            account = accounts[0] if accounts else None
            found: _MsalAnswer | None = app.acquire_token_silent_with_error(
                [GRAPH_SCOPE], account, force_refresh=True
            )
            return found

        found = await self._call(renew, cache)
        if found is None or found.get("error") in _REFUSALS:
            raise TokensRefusedError(self.name, _reason(found or {}))
        return _tokens(found, cache)

    async def revoke(self, tokens: ProviderTokens) -> bool:  # noqa: ARG002 -- one interface
        """Microsoft lets no application revoke its own grant; the person can, in their account."""
        return False

    async def _call(
        self,
        work: Callable[[msal.ConfidentialClientApplication], ResultT],
        cache: msal.SerializableTokenCache,
    ) -> ResultT:
        def run() -> ResultT:
            with self.http.client() as client:
                app = msal.ConfidentialClientApplication(
                    self.client_id,
                    client_credential=self.client_secret.get_secret_value(),
                    authority=self.authority,
                    instance_discovery=None if self.instance_discovery else False,
                    token_cache=cache,
                    http_client=_MsalHttp(client, self.http),
                )
                return work(app)

        async with translating_errors("sign-in", service=_SERVICE), self.http.deadline():
            return await asyncio.to_thread(run)


@dataclass(frozen=True)
class _MsalHttp:
    """What MSAL calls the network through, in place of ``requests``.

    With ``requests``, a CA file of the environment would count more than the one of the settings.
    """

    client: httpx.Client
    http: SignInHttp

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self._checked(self.client.get(url, **options))

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self._checked(self.client.post(url, **options))

    def close(self) -> None:
        self.client.close()

    def _checked(self, response: httpx.Response) -> httpx.Response:
        self.http.check(response)
        try:
            response.json()
        except ValueError:
            # MSAL would log the answer.
            raise ApiError(_SERVICE, "the answer is no JSON", HTTPStatus.BAD_GATEWAY) from None
        return response


def _tokens(found: _MsalAnswer, cache: msal.SerializableTokenCache) -> ProviderTokens:
    if "access_token" not in found:
        error = str(found.get("error", "no token"))[:100]
        raise ApiError(_SERVICE, f"the token was refused: {error}", HTTPStatus.BAD_REQUEST)
    return ProviderTokens(
        access_token=found["access_token"],
        renewal=cache.serialize(),
        access_expires_at=datetime.now(UTC) + timedelta(seconds=int(found["expires_in"])),
        scopes=tuple(str(found.get("scope", GRAPH_SCOPE)).split()),
    )


def _holds_refresh_token(cache: msal.SerializableTokenCache) -> bool:
    return any(cache.search(msal.TokenCache.CredentialType.REFRESH_TOKEN))


def _denied(answer: Mapping[str, str]) -> ConsentProblem:
    description = answer.get("error_description", "")
    if description.startswith(_ADMIN_CONSENT_NEEDED):
        return ConsentProblem.ADMIN_CONSENT_NEEDED
    return ConsentProblem.ACCESS_DENIED


def _reason(found: _MsalAnswer) -> IntegrationErrorType:
    if _CONSENT_MISSING in found.get("error_codes", ()):
        return IntegrationErrorType.CONSENT_REVOKED
    return IntegrationErrorType.TOKEN_EXPIRED
