"""Settings of the mailbox providers; the gateway and the worker that reads mail have the same."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from blacklight_shared.settings import Settings

_URL = r"^https?://[^/\s]+(/[^\s]*[^/\s])?$"


_URL_SETTINGS = (
    "google_authorization_url",
    "google_oauth_url",
    "gmail_url",
    "microsoft_authority",
    "graph_url",
)


class MailboxSettings(Settings):
    """How this installation is registered with Google and Microsoft, and where they are.

    A provider without a client id is not offered to people.

    Raises:
        pydantic.ValidationError: A value is missing or wrong; the error names the variable.
    """

    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    google_authorization_url: str = Field(
        default="https://accounts.google.com/o/oauth2/v2/auth", pattern=_URL
    )
    google_oauth_url: str = Field(default="https://oauth2.googleapis.com", pattern=_URL)
    """Where ``/token`` and ``/revoke`` are."""
    gmail_url: str = Field(default="https://gmail.googleapis.com", pattern=_URL)

    microsoft_client_id: str | None = None
    microsoft_client_secret: SecretStr | None = None
    microsoft_authority: str = Field(
        default="https://login.microsoftonline.com/common", pattern=_URL
    )
    microsoft_instance_discovery: bool = True
    """Ask Microsoft whether the authority is one of its own; False for one that is not."""
    graph_url: str = Field(default="https://graph.microsoft.com", pattern=_URL)

    provider_ca_file: Path | None = None
    """Certificates (PEM) to trust instead of the usual ones."""
    provider_timeout: timedelta = timedelta(seconds=10)
    """How long a provider may take to connect, and between two parts of an answer."""

    @model_validator(mode="after")
    def _registrations_are_complete(self) -> Self:
        for provider in ("google", "microsoft"):
            client_id = getattr(self, f"{provider}_client_id")
            secret = getattr(self, f"{provider}_client_secret")
            if bool(client_id) != bool(secret):
                raise ValueError(
                    f"BLACKLIGHT_{provider.upper()}_CLIENT_ID and"
                    f" BLACKLIGHT_{provider.upper()}_CLIENT_SECRET go together"
                )
        return self

    @model_validator(mode="after")
    def _refuse_unencrypted_providers(self) -> Self:
        open_ones = [
            name for name in _URL_SETTINGS if urlsplit(getattr(self, name)).scheme != "https"
        ]
        if self.is_production and open_ones:
            variables = ", ".join(f"BLACKLIGHT_{name.upper()}" for name in open_ones)
            raise ValueError(f"not allowed in production: {variables} must begin with https://")
        return self
