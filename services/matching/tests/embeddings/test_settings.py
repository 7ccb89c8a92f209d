from __future__ import annotations

from typing import Any

import pydantic
import pytest
from aiolimiter import AsyncLimiter
from blacklight_matching.embeddings.factory import create_provider
from blacklight_matching.embeddings.gemini import GeminiProvider
from blacklight_matching.embeddings.hosted import HostedProvider
from blacklight_matching.embeddings.minilm import MiniLmProvider
from blacklight_matching.embeddings.openai_compatible import OpenAiCompatibleProvider
from blacklight_matching.embeddings.settings import EmbeddingSettings, Provider
from blacklight_matching.embeddings.voyage import VoyageProvider

KEY = "sk-0123456789"
ADA = "text-embedding-ada-002"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in EmbeddingSettings.model_fields:
        monkeypatch.delenv(f"BLACKLIGHT_EMBEDDING_{name.upper()}", raising=False)


class TestSettings:
    def test_the_local_model_needs_none(self) -> None:
        settings = EmbeddingSettings()
        assert settings.provider is Provider.MINILM
        assert not settings.is_hosted

    def test_are_read_from_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BLACKLIGHT_EMBEDDING_PROVIDER", "voyage")
        monkeypatch.setenv("BLACKLIGHT_EMBEDDING_API_KEY", KEY)
        monkeypatch.setenv("BLACKLIGHT_EMBEDDING_DIMENSION", "512")
        monkeypatch.setenv("BLACKLIGHT_EMBEDDING_TIMEOUT_SECONDS", "7.5")
        monkeypatch.setenv("BLACKLIGHT_EMBEDDING_BASE_URL", "")
        settings = EmbeddingSettings()
        assert settings.provider is Provider.VOYAGE
        assert settings.hosted_model.name == "voyage-4"
        assert settings.hosted_model.dimension == 512
        assert settings.timeout_seconds == 7.5
        assert settings.base_url is None
        assert KEY not in repr(settings)

    @pytest.mark.parametrize(
        ("values", "message"),
        [
            ({"provider": "cohere"}, "provider"),
            ({"provider": "voyage"}, "API_KEY must be given for the provider voyage"),
            ({"provider": "openai"}, "API_KEY must be given"),
            ({"provider": "gemini", "base_url": "http://localhost"}, "API_KEY must be given"),
            ({"provider": "minilm", "model": "big"}, "MODEL is of no use to the provider minilm"),
            ({"provider": "minilm", "dimension": 512}, "DIMENSION is of no use"),
            ({"provider": "minilm", "api_key": KEY}, "API_KEY is of no use"),
            ({"provider": "voyage", "api_key": KEY, "batch_size": 129}, "BATCH_SIZE .* most 128"),
            (
                {"provider": "voyage", "api_key": KEY, "dimension": 300},
                "DIMENSION must be 256 or 512 or 1024 or 2048 for the model voyage-4",
            ),
            (
                {"provider": "gemini", "api_key": KEY, "dimension": 64},
                "DIMENSION must be from 128 to 3072",
            ),
            (
                {
                    "provider": "openai",
                    "api_key": KEY,
                    "model": "text-embedding-ada-002",
                    "dimension": 8,
                },
                "DIMENSION must be 1536",
            ),
            ({"provider": "openai", "api_key": KEY, "model": "mine"}, "DIMENSION must be given"),
            ({"provider": "gemini", "api_key": KEY, "model": "a?b"}, "model"),
            ({"provider": "openai", "api_key": KEY, "base_url": "ftp://x"}, "base_url"),
            ({"requests_per_minute": 0}, "requests_per_minute"),
            ({"timeout_seconds": 0}, "timeout_seconds"),
            ({"max_tokens": 257}, "max_tokens"),
            ({"threads": 0}, "threads"),
        ],
    )
    def test_a_wrong_value_is_named_and_no_key_is_shown(
        self, values: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(pydantic.ValidationError, match=message) as caught:
            EmbeddingSettings(**values)
        assert KEY not in str(caught.value)

    def test_vectors_of_known_models_can_be_indexed(self) -> None:
        for provider in (Provider.OPENAI, Provider.VOYAGE, Provider.GEMINI):
            base = EmbeddingSettings(provider=provider, api_key=KEY)
            for model in base.hosted_provider.models:
                settings = base.model_copy(update={"model": model})
                assert settings.hosted_model.dimension <= 2_000

    def test_an_unknown_model_is_not_asked_for_a_dimension(self) -> None:
        settings = EmbeddingSettings(
            provider=Provider.OPENAI,
            base_url="http://localhost:8080/v1",
            model="BAAI/bge-m3",
            dimension=1024,
        )
        assert settings.hosted_model.dimension == 1024
        assert not settings.hosted_model.is_asked


class TestCreateProvider:
    async def test_local(self) -> None:
        provider = create_provider(EmbeddingSettings(max_tokens=64, threads=1))
        assert isinstance(provider, MiniLmProvider)
        assert provider.model == "minilm/all-MiniLM-L6-v2@64"
        assert provider.dimension == 384
        await provider.aclose()

    @pytest.mark.parametrize(
        ("name", "kind", "model", "dimension"),
        [
            ("openai", OpenAiCompatibleProvider, "openai/text-embedding-3-small", 1536),
            ("voyage", VoyageProvider, "voyage/voyage-4", 1024),
            ("gemini", GeminiProvider, "gemini/gemini-embedding-001", 1536),
        ],
    )
    async def test_hosted(
        self, name: Provider, kind: type[HostedProvider], model: str, dimension: int
    ) -> None:
        provider = create_provider(EmbeddingSettings(provider=name, api_key=KEY))
        assert isinstance(provider, kind)
        assert provider.model == model
        assert provider.dimension == dimension
        assert provider._client.base_url.scheme == "https"
        assert provider._client.timeout.read == 60
        await provider.aclose()

    @pytest.mark.parametrize(("per_minute", "seconds"), [(None, 0.2), (30, 2.0)])
    async def test_calls_are_spread_evenly(self, per_minute: int | None, seconds: float) -> None:
        provider = create_provider(
            EmbeddingSettings(
                provider=Provider.VOYAGE,
                api_key=KEY,
                requests_per_minute=per_minute,
            )
        )
        assert isinstance(provider, VoyageProvider)
        limiter = provider._limiter
        assert isinstance(limiter, AsyncLimiter)
        assert (limiter.max_rate, limiter.time_period) == (1, seconds)
        await provider.aclose()
