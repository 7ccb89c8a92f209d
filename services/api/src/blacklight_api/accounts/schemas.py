"""What people send about their own account."""

from __future__ import annotations

from pydantic import SecretStr

from blacklight_api.schemas import Email, Line, RequestModel
from blacklight_api.tenants.schemas import TimeZone
from blacklight_api.users.schemas import Password


class ProfileForm(RequestModel):
    """How a person is named, and in which zone they read times; None: the tenant's."""

    full_name: Line
    time_zone: TimeZone | None = None


class NotificationForm(RequestModel):
    """Which mails a person wants."""

    wants_daily_stats: bool = False


class PasswordChange(RequestModel):
    """Another password, by a person who knows the one before."""

    current_password: SecretStr
    new_password: Password


class ForgottenPassword(RequestModel):
    """Who has forgotten their password."""

    email: Email


class PasswordChoice(RequestModel):
    """A password, by a person who has a link."""

    token: Line
    new_password: Password
