"""The emulated services, over real HTTP, and providers that talk to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from blacklight_devstack.emulators.embedding_services import API_KEY
from blacklight_devstack.emulators.embeddings import Control, create_app
from blacklight_devstack.emulators.serving import serving
from blacklight_matching.embeddings.base import EmbeddingProvider
from blacklight_matching.embeddings.factory import create_provider
from blacklight_matching.embeddings.settings import EmbeddingSettings, Provider

_BASE_PATHS = {
    Provider.OPENAI: "/openai/v1",
    Provider.VOYAGE: "/voyage/v1",
    Provider.GEMINI: "/gemini/v1beta",
}


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[str]:
    with serving(create_app()) as url:
        yield url


@pytest.fixture
def emulator(emulator_url: str) -> Iterator[Control]:
    control = Control(emulator_url)
    control.forget()
    yield control
    control.close()


@pytest.fixture
async def create(
    emulator: Control, emulator_url: str
) -> AsyncIterator[Callable[..., EmbeddingProvider]]:
    """Creates providers with settings of their own, closed at the end of the test."""
    created: list[EmbeddingProvider] = []

    def create(provider: Provider, **settings: Any) -> EmbeddingProvider:
        for_emulator = {
            "provider": provider,
            "base_url": emulator_url + _BASE_PATHS[provider],
            "api_key": API_KEY,
            "requests_per_minute": 1_000_000,
        }
        created.append(create_provider(EmbeddingSettings(**{**for_emulator, **settings})))
        return created[-1]

    yield create
    for provider in created:
        await provider.aclose()
