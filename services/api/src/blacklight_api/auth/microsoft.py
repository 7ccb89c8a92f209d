"""Signing in with a Microsoft account: off to Microsoft, and back with who the person is.

The id token comes straight from Microsoft's token endpoint over TLS, which stands for its signature
(OpenID Connect Core 1.0, section 3.1.3.7, item 6); its claims are checked here, because MSAL does
not. An address counts only where somebody has proved that it is the person's: in another
organisation's directory, its admins may write any address into it.
https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlsplit

from blacklight_shared.integrations import (
    CodeRefusedError,
    MsalApp,
    microsoft_app,
    unexpected_answer,
)
from pydantic import BaseModel, TypeAdapter, ValidationError

from blacklight_api.schemas import Email
from blacklight_api.settings import ApiSettings

_SCOPES = ("email",)
_NOT_NEEDED = ("offline_access",)
"""Nothing is done at Microsoft once it has told who the person is."""
_CLOCK_SKEW = timedelta(minutes=5)

_email: TypeAdapter[str] = TypeAdapter(Email)


class MicrosoftProblem(StrEnum):
    """Why somebody who went to Microsoft is not signed in."""

    DENIED = "denied"
    STALE = "stale"
    NOT_ADMITTED = "not_admitted"

    @property
    def words(self) -> str:
        """What the person reads."""
        return _WORDS[self]


_WORDS = {
    MicrosoftProblem.DENIED: (
        "You were not signed in: you or your organisation did not let Microsoft say who you are."
    ),
    MicrosoftProblem.STALE: (
        "This sign-in was begun too long ago, or in another browser. Begin it once more."
    ),
    MicrosoftProblem.NOT_ADMITTED: (
        "Nobody who may sign in here has this Microsoft account. Choose another account, or ask an"
        " admin of your firm to let you in with this address."
    ),
}


class MicrosoftSignInError(Exception):
    """A person came back from Microsoft and cannot be signed in.

    Attributes:
        problem: Why.
    """

    def __init__(self, problem: MicrosoftProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class MicrosoftAsked:
    """A sign-in that was begun.

    Attributes:
        url: Microsoft's page.
        flow: State, nonce and PKCE verifier, for ``finish``; a secret.
    """

    url: str
    flow: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class MicrosoftPerson:
    """Who has signed in at Microsoft.

    Attributes:
        directory_id: Of their organisation (claim ``tid``).
        object_id: Theirs in it (claim ``oid``); the two together never mean anybody else.
        email: Theirs beyond doubt, normalised; None if nobody has proved one.
    """

    directory_id: uuid.UUID
    object_id: uuid.UUID
    email: str | None


@dataclass(frozen=True)
class MicrosoftSignIn:
    """Asks Microsoft who a person is.

    Attributes:
        app: This installation, as Microsoft knows it.
        directory_id: The only directory whose people may come; None: everyone's may.
    """

    app: MsalApp
    directory_id: uuid.UUID | None

    @classmethod
    def from_settings(cls, settings: ApiSettings) -> Self | None:
        """As configured; None where people do not sign in with Microsoft."""
        authority = settings.microsoft_sign_in_authority
        app = microsoft_app(settings, authority) if authority else None
        return cls(app, settings.microsoft_sign_in_directory) if app else None

    async def begin(self, redirect_uri: str, *, choose_account: bool) -> MicrosoftAsked:
        """Prepare to ask.

        Args:
            redirect_uri: Where the browser brings the answer.
            choose_account: Let the person choose, even if only one account is signed in.

        Raises:
            ApiError: Microsoft fails or cannot be reached.
        """
        flow = await self.app.ask(
            _SCOPES,
            redirect_uri=redirect_uri,
            choose_account=choose_account,
            exclude_scopes=_NOT_NEEDED,
        )
        return MicrosoftAsked(flow.pop("auth_uri"), flow)

    async def finish(self, flow: dict[str, Any], answer: Mapping[str, str]) -> MicrosoftPerson:
        """Learn who the person is.

        Args:
            flow: As ``begin`` made it.
            answer: The query that the browser brought.

        Raises:
            MicrosoftSignInError: They said no, or the answer is not good.
            ApiError: Microsoft fails or cannot be reached.
        """
        if answer.get("state") != flow["state"]:
            raise MicrosoftSignInError(MicrosoftProblem.STALE)
        if "code" not in answer:
            raise MicrosoftSignInError(MicrosoftProblem.DENIED)
        try:
            found = await self.app.exchange(flow, answer)
        except CodeRefusedError:
            raise MicrosoftSignInError(MicrosoftProblem.STALE) from None
        if "id_token_claims" not in found:
            raise unexpected_answer(found)
        return self._person(found["id_token_claims"])

    def _person(self, given: Mapping[str, Any]) -> MicrosoftPerson:
        try:
            claims = _Claims.model_validate(given)
        except ValidationError:
            # Not chained: its text quotes claims.
            raise unexpected_answer({"error": "incomplete id token"}) from None
        if not self._is_for_us(claims):
            raise unexpected_answer({"error": "id token of another application or issuer"})
        return MicrosoftPerson(claims.tid, claims.oid, self._proved_address(claims))

    def _is_for_us(self, claims: _Claims) -> bool:
        authority = urlsplit(self.app.authority)
        issuer = f"{authority.scheme}://{authority.netloc}/{claims.tid}/v2.0"
        return (
            claims.aud == self.app.client_id
            and claims.iss == issuer
            and claims.exp > time.time() - _CLOCK_SKEW.total_seconds()
            and self.directory_id in {None, claims.tid}
        )

    def _proved_address(self, claims: _Claims) -> str | None:
        address = claims.email if claims.xms_edov else None
        if claims.tid == self.directory_id:
            address = claims.email or claims.preferred_username
        try:
            return _email.validate_python(address)
        except ValidationError:
            return None


class _Claims(BaseModel):
    """Of an id token.

    https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
    """

    iss: str
    aud: str
    exp: int
    tid: uuid.UUID
    oid: uuid.UUID
    email: str | None = None
    preferred_username: str | None = None
    xms_edov: bool = False
    """Whether the owner of the address's domain was verified; an optional claim."""
