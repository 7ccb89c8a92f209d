"""What clients send and get about tenants."""

from __future__ import annotations

import zoneinfo
from datetime import datetime
from typing import Annotated

from blacklight_shared.matching import MatchingConfig
from blacklight_shared.models import TenantStatus
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from blacklight_api.schemas import Email, Line, RequestModel, ResponseModel
from blacklight_api.users.schemas import UserShown


def _known_time_zone(name: str) -> str:
    if name not in zoneinfo.available_timezones():
        raise ValueError("give a name of the IANA time zone database, such as Europe/Berlin")
    return name


Slug = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"),
    Field(description="Lower-case letters, digits and inner hyphens; at most 63 characters."),
]
TimeZone = Annotated[
    str, StringConstraints(max_length=64), AfterValidator(_known_time_zone), Field(examples=["UTC"])
]
Locale = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$"),
    Field(description="BCP 47: language, script, region.", examples=["en-US"]),
]


class TenantCreate(RequestModel):
    """A tenant to create, with its first admin."""

    name: Line
    slug: Slug
    admin_email: Email
    time_zone: TimeZone = "UTC"
    locale: Locale = "en-US"

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Northwind Staffing",
                    "slug": "northwind",
                    "admin_email": "admin@northwind.example.com",
                    "time_zone": "America/Chicago",
                }
            ]
        }
    )


class TenantPatch(RequestModel):
    """Changes of a tenant; what is left out stays."""

    name: Line = ""
    time_zone: TimeZone = "UTC"
    locale: Locale = "en-US"

    model_config = ConfigDict(json_schema_extra={"examples": [{"time_zone": "Europe/Berlin"}]})


class TenantPlatformPatch(TenantPatch):
    """Changes that only the platform may make."""

    status: TenantStatus = TenantStatus.ACTIVE

    model_config = ConfigDict(json_schema_extra={"examples": [{"status": "suspended"}]})


class TenantShown(ResponseModel):
    """A tenant."""

    id: int
    slug: str
    name: str
    status: TenantStatus
    time_zone: str
    locale: str
    created_at: datetime
    updated_at: datetime


class TenantCreated(TenantShown):
    """A tenant that was just made."""

    admin: UserShown
    api_key: str = Field(description="The tenant's first key, with all scopes. Shown only now.")


class LogoShown(ResponseModel):
    """The tenant's logo."""

    path: str = Field(description="Where the gateway serves it as PNG, to everyone.")
    width_px: int
    height_px: int


class GradeCounts(ResponseModel):
    """How many matches have each grade."""

    a_plus: int
    a: int
    b: int
    c: int
    d: int


class MatchingPreview(ResponseModel):
    """What other settings would make of the matches that exist."""

    counted: int = Field(description="Open matches that were looked at.")
    is_sample: bool = Field(description="Whether there are more matches than were looked at.")
    recommended_now: int
    recommended_then: int
    newly_recommended: int
    no_longer_recommended: int
    lost: int = Field(description="Matches nobody has acted on that would be removed.")
    grades_now: GradeCounts
    grades_then: GradeCounts


class MatchingSettings(ResponseModel):
    """How the tenant's matches are scored."""

    config: MatchingConfig = Field(description="Complete, defaults included.")
    overrides: dict[str, object] = Field(description="Only what differs from the defaults.")
