"""Events about companies that register themselves."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from blacklight_shared.events.base import Event


class RegistrationData(BaseModel):
    """What of a registration is no personal data; the rest stays in the database."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    company_website: str | None = None


class _RegistrationEvent(Event):
    request_id: UUID
    tenant_id: int

    @property
    def subject(self) -> str:
        """Events of one registration are sent in order."""
        return f"registration:{self.request_id}"


class RegistrationReceived(_RegistrationEvent):
    """A company registered, or is to be looked at again."""

    name: ClassVar[str] = "registration.received"
    description: ClassVar[str] = (
        "A company registered; find out about it. `site` is its host, or the request's id where it"
        " gave no website: analyses of one site share its limits."
    )

    analysis_number: int = 1
    site: str
    registration_data: RegistrationData = RegistrationData()


class RegistrationProgress(_RegistrationEvent):
    """How far the analysis of a registration has come."""

    name: ClassVar[str] = "registration/progress"
    description: ClassVar[str] = "Progress of an analysis, for people who watch it."

    step: str
    percent: float
    message: str
