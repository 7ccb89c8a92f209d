"""Which embedding provider is used, and how."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from blacklight_shared.workflows.rate_limits import RATE_LIMITS
from pydantic import Field, HttpUrl, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from blacklight_matching.embeddings import minilm
from blacklight_matching.embeddings.gemini import GeminiProvider
from blacklight_matching.embeddings.hosted import HostedModel, HostedProvider
from blacklight_matching.embeddings.openai_compatible import OpenAiCompatibleProvider
from blacklight_matching.embeddings.voyage import VoyageProvider

_ENV_PREFIX = "BLACKLIGHT_EMBEDDING_"


class Provider(StrEnum):
    """What computes the vectors."""

    MINILM = "minilm"
    OPENAI = "openai"
    VOYAGE = "voyage"
    GEMINI = "gemini"


class EmbeddingSettings(BaseSettings):
    """Read from variables that start with ``BLACKLIGHT_EMBEDDING_``; an empty one counts as absent.

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

    provider: Provider = Provider.MINILM

    model: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$")
    """Of a hosted provider; None takes its default."""
    dimension: int | None = Field(default=None, ge=1, le=16_000)
    """Of a hosted model's vectors. None takes what suits the model; must be given for a model that
    is not known. pgvector stores up to 16,000 and indexes up to 2,000."""
    api_key: SecretStr | None = None
    """Of a hosted provider; only a server of one's own (``base_url``) may do without."""
    base_url: HttpUrl | None = None
    """None: the provider's public address. With ``openai``: any server that speaks the same API."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """Calls to a hosted provider, spread evenly; per process. None takes the service's limit."""
    batch_size: int | None = Field(default=None, ge=1)
    """Texts in one call to a hosted provider. None takes the service's limit."""
    timeout_seconds: float = Field(default=60, gt=0, le=600)
    """Of one call to a hosted provider, to each of its phases: connect, send, wait, receive."""

    max_tokens: int = Field(
        default=minilm.DEFAULT_MAX_TOKENS, ge=minilm.MIN_MAX_TOKENS, le=minilm.MAX_MAX_TOKENS
    )
    """Where the local model cuts texts."""
    threads: int | None = Field(default=None, ge=1)
    """On which the local model computes. None: one for each core."""

    @property
    def is_hosted(self) -> bool:
        """Whether texts leave the machine."""
        return self.provider is not Provider.MINILM

    @property
    def hosted_provider(self) -> type[HostedProvider]:
        """Speaks to the configured service. Only where `is_hosted`."""
        return _HOSTED[self.provider]

    @property
    def hosted_model(self) -> HostedModel:
        """The model to ask. Only where `is_hosted`."""
        provider = self.hosted_provider
        return HostedModel.choose(
            self.model or provider.default_model, self.dimension, provider.models
        )

    @model_validator(mode="after")
    def _check_provider(self) -> Self:
        if self.is_hosted:
            self._check_hosted()
        else:
            self._check_local()
        return self

    def _check_local(self) -> None:
        for name in ("model", "dimension", "api_key", "base_url"):
            if getattr(self, name) is not None:
                raise _wrong(name, f"is of no use to the provider {self.provider}")

    def _check_hosted(self) -> None:
        if self.api_key is None and (self.provider is not Provider.OPENAI or self.base_url is None):
            raise _wrong("api_key", f"must be given for the provider {self.provider}")
        largest_batch = RATE_LIMITS[self.hosted_provider.service].batch_size
        if self.batch_size is not None and self.batch_size > largest_batch:
            raise _wrong("batch_size", f"must be at most {largest_batch} for {self.provider}")
        try:
            _ = self.hosted_model
        except ValueError as error:
            raise _wrong("dimension", str(error)) from error


_HOSTED: dict[Provider, type[HostedProvider]] = {
    Provider.OPENAI: OpenAiCompatibleProvider,
    Provider.VOYAGE: VoyageProvider,
    Provider.GEMINI: GeminiProvider,
}


def _wrong(name: str, problem: str) -> ValueError:
    return ValueError(f"{_ENV_PREFIX}{name.upper()} {problem}")
