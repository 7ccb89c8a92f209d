"""What clients send and get about portal users."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from blacklight_shared.models import PortalRole, PortalUserStatus
from blacklight_shared.passwords import MAX_PASSWORD_LENGTH
from pydantic import ConfigDict, Field, SecretStr

from blacklight_api.schemas import Email, Line, RequestModel, ResponseModel

MIN_PASSWORD_LENGTH = 12

Password = Annotated[
    SecretStr,
    Field(
        min_length=MIN_PASSWORD_LENGTH,
        max_length=MAX_PASSWORD_LENGTH,
        description="Kept only as an Argon2id hash.",
    ),
]


class UserCreate(RequestModel):
    """A person to let in."""

    email: Email
    full_name: Line
    role: PortalRole
    password: Password | None = Field(
        default=None, description="Null: the person cannot sign in with a password yet."
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
    wants_daily_stats: bool = Field(description="Whether the figures of each day come by mail.")
    last_login_at: datetime | None
    created_at: datetime
    updated_at: datetime
