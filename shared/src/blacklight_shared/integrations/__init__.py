"""Getting into people's mailboxes: consent, tokens and their renewal, for each provider."""

from blacklight_shared.integrations.factory import mailbox_providers, microsoft_app
from blacklight_shared.integrations.msal_app import CodeRefusedError, MsalApp, unexpected_answer
from blacklight_shared.integrations.providers import (
    AuthorizationRequest,
    ConsentError,
    ConsentProblem,
    Grant,
    MailboxProvider,
    ProviderTokens,
    TokensRefusedError,
)
from blacklight_shared.integrations.settings import MailboxSettings
from blacklight_shared.integrations.tokens import (
    REFRESH_MARGIN,
    NotConnectedError,
    TokenStore,
    keep_tokens,
)

__all__ = [
    "REFRESH_MARGIN",
    "AuthorizationRequest",
    "CodeRefusedError",
    "ConsentError",
    "ConsentProblem",
    "Grant",
    "MailboxProvider",
    "MailboxSettings",
    "MsalApp",
    "NotConnectedError",
    "ProviderTokens",
    "TokenStore",
    "TokensRefusedError",
    "keep_tokens",
    "mailbox_providers",
    "microsoft_app",
    "unexpected_answer",
]
