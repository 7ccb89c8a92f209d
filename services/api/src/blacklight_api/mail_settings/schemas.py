"""What clients send and get about the settings of mail."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import (
    DEFAULT_INVITATION_VALID_DAYS,
    DEFAULT_REMINDER_HOURS,
    SmtpSecurity,
)
from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    StringConstraints,
    UrlConstraints,
)

from blacklight_api.schemas import Email, Line, RequestModel, ResponseModel

MAX_REMINDERS = 5

_HttpsUrl = Annotated[HttpUrl, UrlConstraints(allowed_schemes=["https"], max_length=500)]
Color = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$"), Field(examples=["#1f5f8b"])]
HostName = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$", max_length=253),
]


def _latest_last(hours: list[int]) -> list[int]:
    return sorted(set(hours), reverse=True)


ReminderHours = Annotated[
    list[Annotated[int, Field(ge=24, le=24 * 30)]],
    Field(max_length=MAX_REMINDERS),
    AfterValidator(_latest_last),
]


class SmtpServer(RequestModel):
    """The tenant's own mail server."""

    host: HostName
    port: Annotated[int, Field(ge=1, le=65_535)] = 587
    security: SmtpSecurity = Field(
        default=SmtpSecurity.STARTTLS,
        description="`starttls` is refused when the server does not offer it. `none` needs a"
        " server without a login.",
    )
    username: Line | None = None
    password: SecretStr | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="Kept encrypted, never shown. Left out: the one that is kept stays, as long"
        " as host and username stay.",
    )
    from_address: Email = Field(description="The sender; the server must accept it.")


class MailSettings(RequestModel):
    """How the tenant's mail looks and by which server it goes; what is left out is the default."""

    sender_name: Line | None = Field(default=None, description="Null: the tenant's name.")
    reply_to: Email | None = None
    logo_url: _HttpsUrl | None = Field(default=None, description="Shown above every mail.")
    accent_color: Color | None = None
    invitation_valid_days: Annotated[int, Field(ge=1, le=90)] = DEFAULT_INVITATION_VALID_DAYS
    reminder_hours: ReminderHours = Field(
        default=list(DEFAULT_REMINDER_HOURS),
        description="How long before its end an invitation is reminded of; empty: never. Looked"
        " at once a day, so 24 at least.",
    )
    smtp: SmtpServer | None = Field(default=None, description="Null: the platform's server.")

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "sender_name": "Northwind Talent",
                    "reply_to": "hr@northwind.example.com",
                    "accent_color": "#0b6e4f",
                    "smtp": {
                        "host": "smtp.northwind.example.com",
                        "username": "mailer",
                        "password": "correct horse battery staple",
                        "from_address": "talent@northwind.example.com",
                    },
                }
            ]
        }
    )


class SmtpServerShown(ResponseModel):
    """The tenant's own mail server, without its password."""

    host: str
    port: int
    security: SmtpSecurity
    username: str | None
    has_password: bool
    from_address: str


class MailSettingsShown(ResponseModel):
    """How the tenant's mail looks and by which server it goes."""

    sender_name: str | None
    reply_to: str | None
    logo_url: str | None
    accent_color: str | None
    invitation_valid_days: int
    reminder_hours: list[int]
    smtp: SmtpServerShown | None


class TestMailRequest(RequestModel):
    """Where to send a test mail."""

    __test__ = False  # not a test class, in spite of its name

    to_email: Email

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"to_email": "sam.rivera@northwind.example.com"}]}
    )
