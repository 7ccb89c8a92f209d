"""Which language model is used, and how."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_ENV_PREFIX = "BLACKLIGHT_LLM_"


class LlmProvider(StrEnum):
    """Whose API is spoken."""

    NONE = "none"
    ANTHROPIC = "anthropic"
    OPENAI = "openai"


class LlmSettings(BaseSettings):
    """Read from variables that start with ``BLACKLIGHT_LLM_``; an empty one counts as absent.

    Raises:
        pydantic.ValidationError: A value is missing, wrong, or of no use to the provider; the error
            names the variable, not the value.
    """

    model_config = SettingsConfigDict(
        env_prefix=_ENV_PREFIX,
        env_file=None,
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    provider: LlmProvider = LlmProvider.NONE
    """``none``: texts are read by rules and never leave the machine."""
    model: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")
    """As the service knows it; it must support structured outputs. None takes the default."""
    api_key: SecretStr | None = None
    """Only a server of one's own (``base_url``) may do without."""
    base_url: HttpUrl | None = None
    """None: the service's public address. With ``openai``: any server that speaks the same API."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """Calls, spread evenly; per process. None takes the service's limit."""
    max_text_characters: int = Field(default=15_000, ge=1_000, le=1_000_000)
    """Where a text is cut that the model is to read; what it costs depends on it."""
    max_output_tokens: int = Field(default=4_096, ge=256, le=128_000)
    """What the model may write; an answer that is cut off is of no use."""
    timeout_seconds: float = Field(default=60, gt=0, le=600)
    """Of one call, from the connection to the end of the answer."""

    @model_validator(mode="after")
    def _check_provider(self) -> Self:
        if self.provider is LlmProvider.NONE:
            for name in ("model", "api_key", "base_url"):
                if getattr(self, name) is not None:
                    raise _wrong(name, "is of no use without BLACKLIGHT_LLM_PROVIDER")
            return self
        is_own_server = self.provider is LlmProvider.OPENAI and self.base_url is not None
        if self.api_key is None and not is_own_server:
            raise _wrong("api_key", f"must be given for the provider {self.provider}")
        return self


def _wrong(name: str, problem: str) -> ValueError:
    return ValueError(f"{_ENV_PREFIX}{name.upper()} {problem}")
