"""Why a sync ended as it did, in words that a recruiter understands."""

from __future__ import annotations

from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.integrations import NotConnectedError, TokensRefusedError
from blacklight_shared.workflows import ApiError

from blacklight_email_sync.providers.mailbox import (
    AccessLostError,
    ProviderUnavailableError,
    ProviderUnreachableError,
    RateLimitedError,
    UnusableAnswerError,
)

NO_KEYWORDS = "no_keywords"
NO_KEYWORDS_WORDS = (
    "None of your firm's candidates has a preferred role yet, so there was nothing to look for."
)

WORDS = {
    IntegrationErrorType.TOKEN_EXPIRED: "Access to this inbox has expired. Connect it again.",
    IntegrationErrorType.CONSENT_REVOKED: (
        "The permission to read this inbox was taken back. Connect it again."
    ),
    IntegrationErrorType.RATE_LIMITED: (
        "The mail provider asked us to slow down. We will try again at the next sync."
    ),
    IntegrationErrorType.PROVIDER_UNAVAILABLE: (
        "The mail provider had a problem. We will try again at the next sync."
    ),
    IntegrationErrorType.NETWORK: (
        "The mail provider could not be reached. We will try again at the next sync."
    ),
    IntegrationErrorType.UNEXPECTED: (
        "Something went wrong while reading this inbox. We will try again at the next sync."
    ),
}

DISABLED_WORDS = "It failed several times in a row and was switched off. Connect it again."

_TYPES: dict[type[Exception], IntegrationErrorType] = {
    RateLimitedError: IntegrationErrorType.RATE_LIMITED,
    ProviderUnavailableError: IntegrationErrorType.PROVIDER_UNAVAILABLE,
    UnusableAnswerError: IntegrationErrorType.PROVIDER_UNAVAILABLE,
    ProviderUnreachableError: IntegrationErrorType.NETWORK,
    # Of the sign-in service, while a token is renewed.
    ApiError: IntegrationErrorType.PROVIDER_UNAVAILABLE,
    NotConnectedError: IntegrationErrorType.TOKEN_EXPIRED,
}
_TYPES_BY_NAME = {error.__name__: error_type for error, error_type in _TYPES.items()}


def type_of(
    error: AccessLostError | TokensRefusedError | NotConnectedError,
) -> IntegrationErrorType:
    """What kind of fault ended the access."""
    if isinstance(error, NotConnectedError):
        return IntegrationErrorType.TOKEN_EXPIRED
    return error.error_type


def type_named(error_name: str) -> IntegrationErrorType:
    """What kind of fault an error is of which the engine has kept the name only."""
    return _TYPES_BY_NAME.get(error_name, IntegrationErrorType.UNEXPECTED)
