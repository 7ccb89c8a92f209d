"""Settings of the notifications worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from blacklight_shared.models import SmtpSecurity
from blacklight_shared.settings import Settings
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class NotificationSettings(Settings):
    """What the worker reads from its environment besides what every service reads.

    Raises:
        pydantic.ValidationError: A value is missing or wrong; the error names the variable.
    """

    mail_from: str = Field(default="no-reply@localhost", pattern=r"^[^@\s]+@[^@\s]+$")
    """Sender of all mail that goes by the platform's server; also names the Message-IDs."""
    smtp_host: str = "127.0.0.1"
    smtp_port: int = Field(default=1025, ge=1, le=65_535)
    smtp_security: SmtpSecurity = SmtpSecurity.NONE
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_ca_file: Path | None = None
    """Certificates to trust besides the system's, for servers with a private authority."""
    smtp_timeout: timedelta = timedelta(seconds=60)
    """For each answer of a server."""
    smtp_connections: int = Field(default=4, ge=1, le=100)
    """Connections to mail servers at a time, of this process."""
    smtp_private_hosts_allowed: bool = False
    """Whether a tenant may name a mail server on a private or loopback address."""


class MailPace(BaseSettings):
    """How fast mail leaves a deployment; read once, when the workflows are defined."""

    model_config = SettingsConfigDict(env_prefix="BLACKLIGHT_", env_file=None, extra="ignore")

    mails_per_minute: int = Field(default=50, ge=1)
    """Runs that each mail workflow starts in a minute, over all replicas; the rest waits."""
