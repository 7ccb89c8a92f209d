"""Settings of services that fetch what people outside have named."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from blacklight_shared.outbound.destinations import WEB_PORTS, Destinations
from blacklight_shared.settings import Settings


class OutboundSettings(Settings):
    """Where fetches may go.

    Raises:
        pydantic.ValidationError: A value is wrong, or production would fetch from this machine.
    """

    outbound_ports: frozenset[int] = Field(default=WEB_PORTS, min_length=1)
    """TCP ports that may be called, on public addresses. A JSON list."""
    outbound_loopback_allowed: bool = False
    """Whether this machine may be called, on any port; for development only."""

    @property
    def destinations(self) -> Destinations:
        """The rules that the settings make."""
        return Destinations(self.outbound_ports, self.outbound_loopback_allowed)

    @model_validator(mode="after")
    def _refuse_loopback_in_production(self) -> Self:
        if self.is_production and self.outbound_loopback_allowed:
            raise ValueError(
                "not allowed in production: BLACKLIGHT_OUTBOUND_LOOPBACK_ALLOWED lets people"
                " outside have this machine's own services fetched"
            )
        return self
