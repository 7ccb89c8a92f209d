"""From settings to the model that they ask for."""

from __future__ import annotations

from datetime import timedelta

import httpx
from aiolimiter import AsyncLimiter

from blacklight_shared.llm.anthropic import AnthropicModel
from blacklight_shared.llm.base import LanguageModel
from blacklight_shared.llm.hosted import HostedLanguageModel, ModelLimits
from blacklight_shared.llm.openai_compatible import OpenAiCompatibleModel
from blacklight_shared.llm.settings import LlmProvider, LlmSettings
from blacklight_shared.workflows.rate_limits import rate_limit_delay

_CONNECT_TIMEOUT_SECONDS = 10.0

_MODELS: dict[LlmProvider, type[HostedLanguageModel]] = {
    LlmProvider.ANTHROPIC: AnthropicModel,
    LlmProvider.OPENAI: OpenAiCompatibleModel,
}


def create_language_model(settings: LlmSettings) -> LanguageModel | None:
    """Create the configured model; None when none is.

    It belongs to the event loop that first uses it, and holds connections until it is closed. A
    process has one, so that its calls share one rate limit.
    """
    if settings.provider is LlmProvider.NONE:
        return None
    model = _MODELS[settings.provider]
    delay = rate_limit_delay(model.service)
    if settings.requests_per_minute is not None:
        delay = timedelta(minutes=1) / settings.requests_per_minute
    key = settings.api_key.get_secret_value() if settings.api_key else None
    client = httpx.AsyncClient(
        base_url=str(settings.base_url or model.base_url),
        headers=model.headers(key),
        timeout=httpx.Timeout(
            settings.timeout_seconds,
            connect=min(settings.timeout_seconds, _CONNECT_TIMEOUT_SECONDS),
        ),
    )
    return model(
        client,
        settings.model or model.default_model,
        ModelLimits(
            text_characters=settings.max_text_characters,
            output_tokens=settings.max_output_tokens,
            timeout_seconds=settings.timeout_seconds,
        ),
        # One call per delay: a larger bucket would let a burst through on top of the rate.
        limiter=AsyncLimiter(1, delay.total_seconds()),
    )
