"""What clients send and get about portal users."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from blacklight_shared.models import PortalRole, PortalUserStatus
from blacklight_shared.passwords import MAX_PASSWORD_LENGTH
from pydantic import AfterValidator, ConfigDict, Field, SecretStr

from blacklight_api.schemas import Email, Line, RequestModel, ResponseModel

MIN_PASSWORD_LENGTH = 12


def _of_good_length(password: SecretStr) -> SecretStr:
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise ValueError(
            f"give at least {MIN_PASSWORD_LENGTH} characters, and at most {MAX_PASSWORD_LENGTH:,}"
        )
    return password


Password = Annotated[
    SecretStr,
    AfterValidator(_of_good_length),
    Field(
        description="Kept only as an Argon2id hash.",
        json_schema_extra={"minLength": MIN_PASSWORD_LENGTH, "maxLength": MAX_PASSWORD_LENGTH},
    ),
]


class UserCreate(RequestModel):
    """A person to let in."""

    email: Email
    full_name: Line
    role: PortalRole
    password: Password | None = Field(
        default=None, description="Null: the person gets a mail with a link to choose one."
    )

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "sam.rivera@northwind.example.com",
                    "full_name": "Sam Rivera",
                    "role": "recruiter",
                }
            ]
        }
    )


class UserPatch(RequestModel):
    """Changes of a person; what is left out stays."""

    full_name: Line = ""
    role: PortalRole = PortalRole.RECRUITER
    status: PortalUserStatus = PortalUserStatus.ACTIVE
    wants_daily_stats: bool = False
    password: Password | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "hr"}]})


class UserShown(ResponseModel):
    """A person of the tenant."""

    id: int
    email: str
    full_name: str
    role: PortalRole
    status: PortalUserStatus
    has_password: bool
    has_microsoft_account: bool = Field(
        description="Whether they sign in with a Microsoft account; kept at the first such sign-in."
    )
    wants_daily_stats: bool = Field(description="Whether the figures of each day come by mail.")
    time_zone: str | None = Field(description="In which they read times; null: the tenant's.")
    last_login_at: datetime | None
    created_at: datetime
    updated_at: datetime
