"""Settings of the registration worker."""

from __future__ import annotations

from datetime import timedelta
from typing import Self

from blacklight_shared.outbound import FetchLimits, OutboundSettings
from pydantic import Field, HttpUrl, SecretStr, model_validator

ROBOT = "BlacklightBot"
"""The name by which robots.txt addresses the worker."""


class RegistrationSettings(OutboundSettings):
    """What the worker reads from its environment besides what every service reads.

    Raises:
        pydantic.ValidationError: A value is missing or wrong; the error names the variable.
    """

    registration_page_timeout: timedelta = Field(default=timedelta(seconds=10), gt=timedelta())
    """For one page, redirects and body included."""
    registration_page_bytes: int = Field(default=2_000_000, ge=1_000, le=50_000_000)
    """The largest page that is read, as sent and when unpacked."""
    registration_host_delay: timedelta = Field(default=timedelta(seconds=1), ge=timedelta())
    """Between two requests to one host, over all workers."""
    registration_connections: int = Field(default=100, ge=1, le=1_000)
    """Open connections at a time, of this process."""

    linkedin_enrichment_url: HttpUrl | None = None
    """An HTTP API that tells what stands in a LinkedIn profile; None: LinkedIn is left out."""
    linkedin_enrichment_key: SecretStr | None = None

    @property
    def page_limits(self) -> FetchLimits:
        """What one page may cost."""
        return FetchLimits(self.registration_page_bytes, self.registration_page_timeout)

    @property
    def user_agent(self) -> str:
        """Who is asking, and where to complain."""
        return f"{ROBOT}/1.0 (+{self.public_url})"

    @model_validator(mode="after")
    def _a_key_has_a_service(self) -> Self:
        if self.linkedin_enrichment_key is not None and self.linkedin_enrichment_url is None:
            raise ValueError(
                "BLACKLIGHT_LINKEDIN_ENRICHMENT_KEY is of no use without"
                " BLACKLIGHT_LINKEDIN_ENRICHMENT_URL"
            )
        return self
