"""What every mailbox provider can do: ask for consent, exchange it for tokens, renew, revoke."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.models import MailboxProviderName
from blacklight_shared.workflows import NonRetriableError


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A consent that is about to be asked for.

    Attributes:
        url: The provider's page, where the person says yes or no.
        flow: What ``finish`` needs, such as the PKCE verifier (RFC 7636); a secret.
    """

    url: str
    flow: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProviderTokens:
    """What lets us into a mailbox.

    Attributes:
        access_token: What a call to the mailbox carries.
        renewal: What the next access token is got with, in the provider's own form.
        access_expires_at: Until when the access token is good.
        scopes: What the person has granted.
    """

    access_token: str = field(repr=False)
    renewal: str = field(repr=False)
    access_expires_at: datetime
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """A consent that was given.

    Attributes:
        address: Whose mailbox; lower case.
        tokens: What it is opened with.
    """

    address: str
    tokens: ProviderTokens


class ConsentProblem(StrEnum):
    """Why a mailbox was not connected."""

    ACCESS_DENIED = "access_denied"
    CODE_REFUSED = "code_refused"
    SCOPE_MISSING = "scope_missing"
    ADMIN_CONSENT_NEEDED = "admin_consent_needed"
    NO_OFFLINE_ACCESS = "no_offline_access"

    @property
    def words(self) -> str:
        """What a recruiter reads."""
        return _WORDS[self]


_WORDS = {
    ConsentProblem.ACCESS_DENIED: "The permission to read the mailbox was not given.",
    ConsentProblem.CODE_REFUSED: "The provider did not take its answer back; connect once more.",
    ConsentProblem.SCOPE_MISSING: (
        "The box that allows reading mail was not ticked; connect once more and tick it."
    ),
    ConsentProblem.ADMIN_CONSENT_NEEDED: (
        "An administrator of the mailbox's organisation must allow this first."
    ),
    ConsentProblem.NO_OFFLINE_ACCESS: (
        "The provider gave no lasting access; remove Blacklight from the account's connected apps,"
        " then connect once more."
    ),
}


class ConsentError(Exception):
    """A person came back from the provider, and the mailbox cannot be connected.

    Attributes:
        problem: Why.
    """

    def __init__(self, problem: ConsentProblem) -> None:
        super().__init__(problem.words)
        self.problem = problem


class TokensRefusedError(NonRetriableError):
    """The provider does not renew the tokens (``invalid_grant``); only a new consent helps.

    Attributes:
        error_type: What the provider says of the reason.
    """

    def __init__(self, provider: MailboxProviderName, error_type: IntegrationErrorType) -> None:
        super().__init__(f"{provider.value} does not renew the tokens: {error_type.value}")
        self.error_type = error_type


class MailboxProvider(Protocol):
    """One provider. All calls have a timeout.

    Besides the errors named below, every call raises ``ApiError`` for a provider that fails, cannot
    be reached, or does not accept this installation.
    """

    @property
    def name(self) -> MailboxProviderName:
        """Which one."""

    async def begin(self, *, state: str, redirect_uri: str) -> AuthorizationRequest:
        """Prepare to ask for consent to read a mailbox, also while the person is away.

        Args:
            state: Comes back with the answer.
            redirect_uri: Where the browser brings the answer.
        """

    async def finish(self, flow: str, answer: Mapping[str, str], *, redirect_uri: str) -> Grant:
        """Exchange what the provider answered for tokens.

        Args:
            flow: As ``begin`` made it.
            answer: The query that the browser brought.
            redirect_uri: The same as in ``begin``.

        Raises:
            ConsentError: The person said no, or the answer is not good.
        """

    async def refresh(self, tokens: ProviderTokens) -> ProviderTokens:
        """Get a new access token, whatever is left of the old one.

        Raises:
            TokensRefusedError: The provider has ended the access.
        """

    async def revoke(self, tokens: ProviderTokens) -> bool:
        """End the access at the provider; tokens that it does not know are as good as revoked.

        Returns:
            Whether the provider has a way to do so; if not, forgetting the tokens must do.
        """
