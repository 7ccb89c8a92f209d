"""Settings of the gateway."""

from __future__ import annotations

from datetime import timedelta

from blacklight_shared.settings import Settings
from pydantic import Field


class ApiSettings(Settings):
    """What the gateway reads from its environment besides what every service reads."""

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)

    relay_enabled: bool = True
    """Relay the outbox from this process; False where ``python -m blacklight_api relay`` runs."""

    rate_limit_per_minute: int = Field(default=1_200, ge=1)
    """Requests a key may make, on each replica of the gateway."""
    request_timeout: timedelta = timedelta(seconds=30)
    """How long a request may take before it is answered with 503."""

    bootstrap_tenant: str | None = None
    """Name of a tenant to make when the gateway starts; its slug and admin must be given too."""
    bootstrap_slug: str | None = None
    bootstrap_admin_email: str | None = None
