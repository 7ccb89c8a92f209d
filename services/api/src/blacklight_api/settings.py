"""Settings of the gateway."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from blacklight_shared.integrations import MailboxSettings
from blacklight_shared.outbound import OutboundSettings
from pydantic import Field, HttpUrl, model_validator


class ApiSettings(MailboxSettings, OutboundSettings):
    """What the gateway reads from its environment besides what every service reads.

    Raises:
        pydantic.ValidationError: A value is missing or wrong; the error names the variable.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)

    relay_enabled: bool = True
    """Relay the outbox from this process; False where ``python -m blacklight_api relay`` runs."""

    rate_limit_per_minute: int = Field(default=1_200, ge=1)
    """Requests a key may make, on each replica of the gateway."""
    public_rate_limit_per_minute: int = Field(default=60, ge=1)
    """Requests without a key that a client's address may make, on each replica."""
    registration_repeat_window: timedelta = timedelta(days=1)
    """How long a registration with the same content is taken for a repetition."""
    engine_dashboard_url: HttpUrl | None = None
    """Where admins see the engine's own pages; linked from the page of runs."""
    request_timeout: timedelta = timedelta(seconds=30)
    """How long a request may take before it is answered with 503."""

    bootstrap_tenant: str | None = None
    """Name of a tenant to make when the gateway starts."""
    bootstrap_slug: str | None = None
    bootstrap_admin_email: str | None = None

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the gateway over TLS, so that cookies may be kept to it."""
        return self.public_url.startswith("https://")

    @model_validator(mode="after")
    def _bootstrap_is_complete(self) -> Self:
        given = {
            "BLACKLIGHT_BOOTSTRAP_TENANT": self.bootstrap_tenant,
            "BLACKLIGHT_BOOTSTRAP_SLUG": self.bootstrap_slug,
            "BLACKLIGHT_BOOTSTRAP_ADMIN_EMAIL": self.bootstrap_admin_email,
        }
        missing = [name for name, value in given.items() if not value]
        if missing and len(missing) < len(given):
            raise ValueError(f"bootstrap needs all of its settings; missing: {', '.join(missing)}")
        return self
