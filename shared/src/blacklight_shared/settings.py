"""Settings that every service reads from its environment."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105 -- refused in production below


class Environment(StrEnum):
    """Where the process runs; production refuses everything that is only safe elsewhere."""

    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """What every service needs; each extends it with its own. An empty value counts as none.

    Names without the ``BLACKLIGHT_`` prefix are the ones that the libraries themselves know.

    Raises:
        pydantic.ValidationError: A value is missing or wrong, or production runs on a default
            secret; the error names the variable.
    """

    model_config = SettingsConfigDict(
        env_prefix="BLACKLIGHT_",
        env_file=None,
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    env: Environment = Environment.DEVELOPMENT
    log_level: str = "INFO"
    log_json: bool | None = None
    """None: JSON in production, readable lines elsewhere."""

    database_url: SecretStr = Field(validation_alias=AliasChoices("DATABASE_URL", "database_url"))
    """Role ``blacklight_app``: row-level security applies."""
    system_database_url: SecretStr = Field(
        validation_alias=AliasChoices("SYSTEM_DATABASE_URL", "system_database_url")
    )
    """Role ``blacklight_system``: reads ids across tenants, moves the outbox, nothing else."""
    database_pool_size: int = Field(default=5, ge=1, le=100)

    public_url: str = Field(default="http://127.0.0.1:8000", pattern=r"^https?://[^/\s]+$")
    """Where browsers reach the gateway; the links in mails begin with it. No slash at the end."""

    secret_keys: list[SecretStr] = Field(default=[SecretStr(DEVELOPMENT_SECRET)], min_length=1)
    """Encryption keys, the current one first; older ones still decrypt. A JSON list."""

    inngest_base_url: str | None = Field(
        default=None, validation_alias=AliasChoices("INNGEST_BASE_URL", "inngest_base_url")
    )
    """None: Inngest Cloud."""
    inngest_event_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("INNGEST_EVENT_KEY", "inngest_event_key")
    )
    inngest_signing_key: SecretStr | None = Field(
        default=None, validation_alias=AliasChoices("INNGEST_SIGNING_KEY", "inngest_signing_key")
    )
    inngest_dev: bool = Field(
        default=False, validation_alias=AliasChoices("INNGEST_DEV", "inngest_dev")
    )
    """Talk to a dev server, without signatures."""

    @property
    def is_production(self) -> bool:
        """Whether only production-safe values are allowed."""
        return self.env is Environment.PRODUCTION

    @model_validator(mode="after")
    def _refuse_unsafe_production(self) -> Self:
        if not self.is_production:
            return self
        problems = []
        if any(key.get_secret_value() == DEVELOPMENT_SECRET for key in self.secret_keys):
            problems.append("BLACKLIGHT_SECRET_KEYS still holds the development secret")
        if any(len(key.get_secret_value()) < 32 for key in self.secret_keys):
            problems.append("BLACKLIGHT_SECRET_KEYS must be at least 32 characters each")
        if self.inngest_dev:
            problems.append("INNGEST_DEV turns request signatures off")
        if self.inngest_signing_key is None:
            problems.append("INNGEST_SIGNING_KEY is missing")
        if self.inngest_event_key is None:
            problems.append("INNGEST_EVENT_KEY is missing")
        if problems:
            raise ValueError("not allowed in production: " + "; ".join(problems))
        return self
