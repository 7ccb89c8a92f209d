"""Settings of the gateway."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Self

from blacklight_shared.integrations import MailboxSettings
from blacklight_shared.outbound import OutboundSettings
from pydantic import Field, HttpUrl, model_validator

_DIRECTORY_ID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


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

    microsoft_sign_in_authority: str | None = Field(
        default=None,
        pattern=rf"^https?://[^/\s]+/({_DIRECTORY_ID}|organizations|common)$",
    )
    """Whose people may sign in to the portal with Microsoft: ends in the id of a directory, or in
    ``organizations`` or ``common`` for everyone's. None: nobody may."""

    bootstrap_tenant: str | None = None
    """Name of a tenant to make when the gateway starts."""
    bootstrap_slug: str | None = None
    bootstrap_admin_email: str | None = None

    @property
    def is_https(self) -> bool:
        """Whether browsers reach the gateway over TLS, so that cookies may be kept to it."""
        return self.public_url.startswith("https://")

    @property
    def microsoft_sign_in_directory(self) -> uuid.UUID | None:
        """The only directory whose people may sign in with Microsoft; None: everyone's may."""
        name = (self.microsoft_sign_in_authority or "").rpartition("/")[2]
        return uuid.UUID(name) if re.fullmatch(_DIRECTORY_ID, name) else None

    @model_validator(mode="after")
    def _microsoft_sign_in_is_possible(self) -> Self:
        if self.microsoft_sign_in_authority is None:
            return self
        if self.microsoft_client_id is None:
            raise ValueError(
                "BLACKLIGHT_MICROSOFT_SIGN_IN_AUTHORITY needs BLACKLIGHT_MICROSOFT_CLIENT_ID"
            )
        if self.is_production and not self.microsoft_sign_in_authority.startswith("https://"):
            raise ValueError(
                "not allowed in production: BLACKLIGHT_MICROSOFT_SIGN_IN_AUTHORITY must begin with"
                " https://"
            )
        return self

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
