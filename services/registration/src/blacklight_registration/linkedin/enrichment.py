"""An HTTP API that tells what stands in LinkedIn profiles.

``POST <url>`` with ``{"profile_url": …}`` and the key as a bearer token answers 200 with any of
``headline``, ``current_position``, ``current_company`` and ``location``, or 404 for a profile it
does not know. The address goes in the body, since addresses in URLs end up in logs.
"""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

import httpx
from blacklight_shared.registrations import LinkedInFinding, LinkedInStatus
from blacklight_shared.workflows import ApiError, parse_retry_after, translating_errors
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from blacklight_registration.linkedin.provider import LinkedInProvider, NoProvider, not_available
from blacklight_registration.settings import RegistrationSettings

SERVICE = "linkedin-enrichment"

_TIMEOUT = timedelta(seconds=20)


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")

    headline: str | None = Field(default=None, max_length=500)
    current_position: str | None = Field(default=None, max_length=300)
    current_company: str | None = Field(default=None, max_length=300)
    location: str | None = Field(default=None, max_length=300)


class EnrichmentService:
    """A configured service.

    Args:
        url: Where it takes calls.
        key: Its key; None where it wants none.
    """

    def __init__(self, url: str, key: str | None) -> None:
        self._url = url
        self._client = httpx.AsyncClient(
            timeout=_TIMEOUT.total_seconds(),
            headers={"Authorization": f"Bearer {key}"} if key else {},
        )

    async def look_up(self, profile_url: str) -> LinkedInFinding:
        """What the service says; see ``LinkedInProvider``."""
        async with translating_errors("look a profile up", service=SERVICE):
            response = await self._client.post(self._url, json={"profile_url": profile_url})
        if response.status_code == HTTPStatus.NOT_FOUND:
            return not_available("The configured service does not know the profile.")
        if not response.is_success:
            delay = parse_retry_after(response.headers.get("Retry-After"))
            raise ApiError(SERVICE, "look a profile up", response.status_code, retry_after=delay)
        try:
            answer = _Answer.model_validate_json(response.content)
        except ValidationError:
            return not_available("The configured service gave an answer that cannot be read.")
        return LinkedInFinding(
            status=LinkedInStatus.AVAILABLE, source_url=profile_url, **answer.model_dump()
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def create_linkedin_provider(settings: RegistrationSettings) -> LinkedInProvider:
    """The configured service, or the one that knows nothing."""
    if settings.linkedin_enrichment_url is None:
        return NoProvider()
    key = settings.linkedin_enrichment_key
    return EnrichmentService(
        str(settings.linkedin_enrichment_url), key.get_secret_value() if key else None
    )
