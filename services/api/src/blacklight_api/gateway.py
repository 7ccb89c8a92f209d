"""What lives as long as the process: settings, database, what is remembered between requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.integrations import MailboxProvider, mailbox_providers
from blacklight_shared.models import MailboxProviderName
from fastapi import Depends, Request

from blacklight_api.auth.authenticator import Authenticator
from blacklight_api.auth.microsoft import MicrosoftSignIn
from blacklight_api.auth.sessions import Sessions
from blacklight_api.limits import RateLimiter
from blacklight_api.settings import ApiSettings


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts that all requests share; kept in ``app.state.gateway``."""

    settings: ApiSettings
    database: Database
    authenticator: Authenticator
    sessions: Sessions
    rate_limiter: RateLimiter
    public_rate_limiter: RateLimiter
    """For requests without a key, by the address of the client."""
    secret_box: SecretBox
    mailbox_providers: Mapping[MailboxProviderName, MailboxProvider]
    """Those that this installation is registered with."""
    microsoft_sign_in: MicrosoftSignIn | None
    """None where people do not sign in with Microsoft."""

    @classmethod
    def from_settings(cls, settings: ApiSettings, database: Database | None = None) -> Gateway:
        """The parts for these settings; nothing connects yet.

        Args:
            settings: Of the gateway.
            database: What there is already for the settings' database; made from them when None.
        """
        database = database or Database.from_settings(settings)
        return cls(
            settings=settings,
            database=database,
            authenticator=Authenticator(database),
            sessions=Sessions(database),
            rate_limiter=RateLimiter(settings.rate_limit_per_minute),
            public_rate_limiter=RateLimiter(settings.public_rate_limit_per_minute),
            secret_box=SecretBox.from_settings(settings),
            mailbox_providers=mailbox_providers(settings),
            microsoft_sign_in=MicrosoftSignIn.from_settings(settings),
        )


def gateway_of(request: Request) -> Gateway:
    """The parts that serve this request; usable as a dependency."""
    gateway = request.app.state.gateway
    if not isinstance(gateway, Gateway):
        raise TypeError("the app was not made by create_app")
    return gateway


TheGateway = Annotated[Gateway, Depends(gateway_of)]
