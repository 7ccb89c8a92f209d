"""Microsoft: the authorization code flow for Outlook mailboxes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msal  # type: ignore[import-untyped]  # it has no annotations
import orjson

from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.integrations.msal_app import (
    REFUSALS,
    CodeRefusedError,
    MsalAnswer,
    MsalApp,
    unexpected_answer,
)
from blacklight_shared.integrations.providers import (
    AuthorizationRequest,
    ConsentError,
    ConsentProblem,
    Grant,
    ProviderTokens,
    TokensRefusedError,
)
from blacklight_shared.models import MailboxProviderName

GRAPH_SCOPE = "Mail.Read"
"""MSAL adds ``offline_access``, ``openid`` and ``profile`` by itself."""
_CONSENT_MISSING = 65001
"""AADSTS65001: the person or their administrator has not, or no longer, consented.
https://learn.microsoft.com/entra/identity-platform/reference-error-codes"""
_ADMIN_CONSENT_NEEDED = "AADSTS65001", "AADSTS90094", "AADSTS90095"


@dataclass(frozen=True)
class Microsoft:
    """Outlook mailboxes; see ``MailboxProvider``.

    MSAL's answers are loose dictionaries and stay in here.

    Attributes:
        app: This installation, as Microsoft knows it.
    """

    app: MsalApp

    @property
    def name(self) -> MailboxProviderName:
        """Which provider."""
        return MailboxProviderName.OUTLOOK

    async def begin(self, *, state: str, redirect_uri: str) -> AuthorizationRequest:
        """Ask for access; the person chooses the account."""
        flow = await self.app.ask([GRAPH_SCOPE], redirect_uri=redirect_uri, state=state)
        return AuthorizationRequest(flow["auth_uri"], orjson.dumps(flow).decode())

    async def finish(self, flow: str, answer: Mapping[str, str], *, redirect_uri: str) -> Grant:  # noqa: ARG002 -- MSAL keeps it in the flow
        """Exchange the code."""
        if "code" not in answer:
            raise ConsentError(_denied(answer))
        cache = msal.SerializableTokenCache()
        try:
            found = await self.app.exchange(orjson.loads(flow), answer, cache)
        except CodeRefusedError:
            raise ConsentError(ConsentProblem.CODE_REFUSED) from None
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

        def renew(app: msal.ConfidentialClientApplication) -> MsalAnswer | None:
            accounts = app.get_accounts()
            account = accounts[0] if accounts else None
            found: MsalAnswer | None = app.acquire_token_silent_with_error(
                [GRAPH_SCOPE], account, force_refresh=True
            )
            return found

        found = await self.app.call(renew, cache)
        if found is None or found.get("error") in REFUSALS:
            raise TokensRefusedError(self.name, _reason(found or {}))
        return _tokens(found, cache)

    async def revoke(self, tokens: ProviderTokens) -> bool:  # noqa: ARG002 -- one interface
        """Microsoft lets no application revoke its own grant; the person can, in their account."""
        return False


def _tokens(found: MsalAnswer, cache: msal.SerializableTokenCache) -> ProviderTokens:
    if "access_token" not in found:
        raise unexpected_answer(found)
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


def _reason(found: MsalAnswer) -> IntegrationErrorType:
    if _CONSENT_MISSING in found.get("error_codes", ()):
        return IntegrationErrorType.CONSENT_REVOKED
    return IntegrationErrorType.TOKEN_EXPIRED
