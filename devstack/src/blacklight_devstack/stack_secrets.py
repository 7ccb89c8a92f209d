"""What the services of one state folder need to know and nobody else should."""

from __future__ import annotations

import secrets
from pathlib import Path

from pydantic import BaseModel, Field

from blacklight_devstack.private_files import write_private


class StackSecrets(BaseModel):
    """Keys and passwords, made at random the first time and kept in the state folder."""

    secret_key: str = Field(default_factory=lambda: secrets.token_urlsafe(32))
    event_key: str = Field(default_factory=lambda: secrets.token_hex(16))
    app_password: str = Field(default_factory=lambda: secrets.token_urlsafe(24))
    system_password: str = Field(default_factory=lambda: secrets.token_urlsafe(24))

    @classmethod
    def kept_in(cls, state: Path) -> StackSecrets:
        """Those of a state folder."""
        file = state / "secrets.json"
        if not file.exists():
            write_private(file, cls().model_dump_json())
        return cls.model_validate_json(file.read_bytes())
