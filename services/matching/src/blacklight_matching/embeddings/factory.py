"""From settings to the provider that they ask for."""

from __future__ import annotations

from datetime import timedelta

import httpx
from aiolimiter import AsyncLimiter
from blacklight_shared.workflows.rate_limits import rate_limit_delay

from blacklight_matching.embeddings.base import EmbeddingProvider
from blacklight_matching.embeddings.minilm import MiniLmProvider
from blacklight_matching.embeddings.settings import EmbeddingSettings

_CONNECT_TIMEOUT_SECONDS = 10.0


def create_provider(settings: EmbeddingSettings) -> EmbeddingProvider:
    """Create the configured provider.

    A hosted provider belongs to the event loop that first uses it, and holds connections until it
    is closed. A process has one, so that its calls share one rate limit.
    """
    if settings.is_hosted:
        return _create_hosted(settings)
    return MiniLmProvider(max_tokens=settings.max_tokens, threads=settings.threads)


def _create_hosted(settings: EmbeddingSettings) -> EmbeddingProvider:
    provider = settings.hosted_provider
    delay = rate_limit_delay(provider.service)
    if settings.requests_per_minute is not None:
        delay = timedelta(minutes=1) / settings.requests_per_minute
    return provider(
        _create_client(settings),
        settings.hosted_model,
        # One call per delay: a larger bucket would let a burst through on top of the rate.
        limiter=AsyncLimiter(1, delay.total_seconds()),
        batch_size=settings.batch_size,
    )


def _create_client(settings: EmbeddingSettings) -> httpx.AsyncClient:
    provider, key = settings.hosted_provider, settings.api_key
    return httpx.AsyncClient(
        base_url=str(settings.base_url or provider.base_url),
        headers=provider.authorization(key.get_secret_value()) if key else {},
        timeout=httpx.Timeout(
            settings.timeout_seconds,
            connect=min(settings.timeout_seconds, _CONNECT_TIMEOUT_SECONDS),
        ),
    )
