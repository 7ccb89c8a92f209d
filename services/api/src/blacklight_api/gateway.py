"""What lives as long as the process: settings, database, what is remembered between requests."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.database import Database
from fastapi import Request

from blacklight_api.auth.authenticator import Authenticator
from blacklight_api.limits import RateLimiter
from blacklight_api.settings import ApiSettings


@dataclass(frozen=True, slots=True)
class Gateway:
    """The parts that all requests share; kept in ``app.state.gateway``."""

    settings: ApiSettings
    database: Database
    authenticator: Authenticator
    rate_limiter: RateLimiter

    @classmethod
    def from_settings(cls, settings: ApiSettings) -> Gateway:
        """The parts for these settings; nothing connects yet."""
        database = Database.from_settings(settings)
        return cls(
            settings=settings,
            database=database,
            authenticator=Authenticator(database),
            rate_limiter=RateLimiter(settings.rate_limit_per_minute),
        )


def gateway_of(request: Request) -> Gateway:
    """The parts that serve this request; usable as a dependency."""
    gateway = request.app.state.gateway
    if not isinstance(gateway, Gateway):
        raise TypeError("the app was not made by create_app")
    return gateway
