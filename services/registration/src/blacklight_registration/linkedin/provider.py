"""The interface to services that know LinkedIn profiles, and the one for when there is none."""

from __future__ import annotations

from typing import Protocol

from blacklight_shared.registrations import LinkedInFinding, LinkedInStatus


class LinkedInProvider(Protocol):
    """Somebody who tells what stands in a profile."""

    async def look_up(self, profile_url: str) -> LinkedInFinding:
        """What stands in a profile.

        Args:
            profile_url: Normalised.

        Raises:
            ApiError: The service failed, or refused the call.
        """

    async def aclose(self) -> None:
        """Close the connections."""


class NoProvider:
    """Nobody to ask: LinkedIn lets no program read profiles, so nothing is known, or made up."""

    async def look_up(self, profile_url: str) -> LinkedInFinding:  # noqa: ARG002
        """Say that nothing is known."""
        return not_available("No service that reads LinkedIn profiles is configured.")

    async def aclose(self) -> None:
        """There is nothing to close."""


def not_available(reason: str) -> LinkedInFinding:
    """Nothing, and why."""
    return LinkedInFinding(status=LinkedInStatus.NOT_AVAILABLE, reason=reason)
