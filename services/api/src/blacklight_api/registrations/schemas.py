"""What the API takes and says of registrations."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from blacklight_shared.models import RegistrationStatus
from blacklight_shared.registrations import Dossier
from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from blacklight_api.schemas import Line, RequestModel, ResponseModel


def _blank_is_none(value: object) -> object:
    # Forms send what was left out as an empty text.
    return None if isinstance(value, str) and not value.strip() else value


Name = Annotated[Line, Field(max_length=100)]
Address = Annotated[
    Annotated[str, StringConstraints(max_length=2_048)] | None, BeforeValidator(_blank_is_none)
]
FormKey = Annotated[
    str,
    StringConstraints(pattern=r"^rf_[A-Za-z0-9_\-]{10,80}$"),
    Field(description="The key of the form, as the tenant has it: `rf_…`."),
]


class RegistrationCreate(RequestModel):
    """What a person fills in; a website or a LinkedIn profile is needed."""

    form_key: FormKey
    first_name: Name
    last_name: Name
    company_website: Address = Field(default=None, description="With or without `https://`.")
    linkedin: Address = Field(default=None, description="A profile of a person or a company.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "form_key": "rf_0Yd4mJ3kq7ZlTn2x",
                    "first_name": "Ada",
                    "last_name": "Marsh",
                    "company_website": "northwind.example.com",
                }
            ]
        }
    )


class RegistrationAccepted(ResponseModel):
    """A registration that is being looked at."""

    request_id: UUID = Field(description="Whoever knows it may ask for the status.")
    status: RegistrationStatus


class RegistrationProgressShown(RegistrationAccepted):
    """How far an analysis has come."""

    step: str
    percent: float = Field(ge=0, le=100)
    message: str


class RegistrationShown(RegistrationProgressShown):
    """A registration, as recruiters see it."""

    first_name: str
    last_name: str
    company_website: str | None
    linkedin: str | None
    analysis_number: int = Field(description="Counts the analyses that were asked for.")
    failure: str | None = Field(description="Why the analysis failed.")
    warnings: list[str] = Field(description="What went wrong beside the analysis itself.")
    created_at: datetime
    completed_at: datetime | None


class RegistrationDetail(RegistrationShown):
    """A registration with its last finished dossier."""

    dossier: Dossier | None


class FormCreate(RequestModel):
    """A form to be put on a website."""

    name: Line

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Form on our careers page"}]}
    )


class FormShown(ResponseModel):
    """A form; its key is no secret, and decides whose registrations it takes."""

    id: int
    name: str
    public_key: str
    created_at: datetime
    revoked_at: datetime | None = Field(description="Since when it takes no registrations.")


REGISTRATION_EVENT: dict[str, object] = {
    "type": "object",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["progress", "end"]},
        "data": {"type": "string", "contentMediaType": "application/json"},
    },
}
"""One server-sent event of an analysis, for the OpenAPI document."""
