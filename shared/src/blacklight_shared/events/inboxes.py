"""Events about recruiters' inboxes and the mails that are read in them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from blacklight_shared.events.base import Event


class IntegrationErrorType(StrEnum):
    """Why an inbox could not be read."""

    TOKEN_EXPIRED = "token_expired"  # noqa: S105 -- the kind of a fault
    """The provider no longer takes the token, nor the one that renews it."""
    CONSENT_REVOKED = "consent_revoked"
    """The person, or their administrator, has taken the permission back."""
    RATE_LIMITED = "rate_limited"
    """The provider asked for patience more often than a run waits."""
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    """The provider answered with an error of its own."""
    NETWORK = "network"
    """The provider did not answer."""
    UNEXPECTED = "unexpected"
    """Anything else; the log of the run says what."""

    @property
    def is_lasting(self) -> bool:
        """Whether only the person can mend it, by connecting the inbox again."""
        return self in {self.TOKEN_EXPIRED, self.CONSENT_REVOKED}


class _IntegrationEvent(Event):
    integration_id: int
    tenant_id: int

    @property
    def subject(self) -> str:
        """Events of one integration are sent in order."""
        return f"integration:{self.integration_id}"


class SyncUserInbox(_IntegrationEvent):
    """An inbox wants reading."""

    name: ClassVar[str] = "email/sync-user-inbox"
    description: ClassVar[str] = "Fetch what is new in one connected inbox."

    user_id: int
    provider: str
    manual_trigger: bool = False


class ParseJobEmail(_IntegrationEvent):
    """A mail of an inbox is stored and wants reading."""

    name: ClassVar[str] = "email/parse-job-email"
    description: ClassVar[str] = "Make postings of one stored mail, if it holds any."

    user_id: int
    message_id: int
    """The stored mail; its text is never part of an event."""


class IntegrationError(_IntegrationEvent):
    """An inbox could not be read."""

    name: ClassVar[str] = "email/integration-error"
    description: ClassVar[str] = "An inbox could not be read; count it, or disconnect the inbox."

    error_type: IntegrationErrorType
    error_message: Annotated[str, Field(max_length=500)]
    """For operators: kinds and statuses, never addresses or text of mails."""
