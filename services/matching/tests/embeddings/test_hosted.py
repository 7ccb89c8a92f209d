"""One suite for every hosted provider, against the emulated services over real HTTP."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TypeAlias

import httpx
import inngest
import numpy as np
import pytest
from blacklight_devstack.emulators.embedding_services import embed
from blacklight_devstack.emulators.embeddings import Control, Fault, FaultOrder
from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_matching.embeddings.base import EmbeddingProvider
from blacklight_matching.embeddings.hosted import HostedModel, _batches
from blacklight_matching.embeddings.openai_compatible import OpenAiCompatibleProvider
from blacklight_matching.embeddings.settings import Provider
from blacklight_shared.workflows import (
    ApiError,
    NonRetriableError,
    RetriableError,
    ValidationError,
)
from hypothesis import given
from hypothesis import strategies as st

Create: TypeAlias = Callable[..., EmbeddingProvider]

HOSTED = [Provider.OPENAI, Provider.VOYAGE, Provider.GEMINI]
LIMITS = {Provider.OPENAI: 2048, Provider.VOYAGE: 128, Provider.GEMINI: 100}
MODELS = {
    Provider.OPENAI: "text-embedding-3-small",
    Provider.VOYAGE: "voyage-4",
    Provider.GEMINI: "gemini-embedding-001",
}
TEXTS = ["Registered nurse, intensive care", "Backend developer", "Schweißer", "会计"]

hosted = pytest.mark.parametrize("provider", HOSTED)


@hosted
class TestEmbed:
    async def test_rows_are_the_services_vectors_in_order(
        self, create: Create, provider: Provider
    ) -> None:
        embedder = create(provider)
        vectors = await embedder.embed(TEXTS, kind="document")
        expected = [embed(MODELS[provider], text, embedder.dimension) for text in TEXTS]
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), embedder.dimension)
        np.testing.assert_allclose(vectors, expected, atol=1e-6)

    async def test_shortened_vectors_have_unit_length(
        self, create: Create, provider: Provider
    ) -> None:
        vectors = await create(provider, dimension=256).embed(TEXTS, kind="document")
        assert vectors.shape == (len(TEXTS), 256)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)

    async def test_no_texts_make_no_call(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        embedder = create(provider)
        vectors = await embedder.embed([], kind="document")
        assert vectors.shape == (0, embedder.dimension)
        assert vectors.dtype == np.float32
        assert emulator.calls() == []

    async def test_a_call_carries_no_more_than_the_service_takes(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        limit = LIMITS[provider]
        texts = [f"text {number % 7}" for number in range(limit + 1)]
        embedder = create(provider, dimension=256)
        vectors = await embedder.embed(texts, kind="document")
        assert [call.text_count for call in emulator.calls()] == [limit, 1]
        np.testing.assert_allclose(vectors[-1], embed(MODELS[provider], texts[-1], 256), atol=1e-6)

    async def test_batch_size_can_be_smaller(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        await create(provider, batch_size=3).embed(TEXTS * 2, kind="document")
        assert [call.text_count for call in emulator.calls()] == [3, 3, 2]

    async def test_a_blank_text_is_named_and_nothing_is_called(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        with pytest.raises(ValidationError, match=r"texts\[1\]: must have"):
            await create(provider).embed(["a", " \n"], kind="document")
        assert emulator.calls() == []


class TestRequest:
    """What each service is told besides model and texts."""

    async def test_openai_has_one_space_for_both_kinds(
        self, create: Create, emulator: Control
    ) -> None:
        await create(Provider.OPENAI).embed(["a"], kind="query")
        await create(Provider.OPENAI, dimension=512).embed(["a"], kind="document")
        assert [call.options for call in emulator.calls()] == [
            {"encoding_format": "float"},
            {"encoding_format": "float", "dimensions": 512},
        ]

    async def test_voyage_is_told_the_kind(self, create: Create, emulator: Control) -> None:
        await create(Provider.VOYAGE).embed(["a"], kind="query")
        await create(Provider.VOYAGE, dimension=2048).embed(["a"], kind="document")
        assert [call.options for call in emulator.calls()] == [
            {"input_type": "query", "truncation": True},
            {"input_type": "document", "truncation": True, "output_dimension": 2048},
        ]

    async def test_gemini_is_told_the_task_type(self, create: Create, emulator: Control) -> None:
        await create(Provider.GEMINI).embed(["a"], kind="query")
        await create(Provider.GEMINI, dimension=3072).embed(["a"], kind="document")
        assert [call.options for call in emulator.calls()] == [
            {"taskType": "RETRIEVAL_QUERY", "outputDimensionality": 1536},
            {"taskType": "RETRIEVAL_DOCUMENT"},
        ]

    async def test_gemini_without_task_types_reads_the_task_from_the_text(
        self, create: Create, emulator: Control
    ) -> None:
        model = "gemini-embedding-2"
        embedder = create(Provider.GEMINI, model=model)
        query = await embedder.embed(["nurse"], kind="query")
        document = await embedder.embed(["nurse"], kind="document")
        assert [call.options for call in emulator.calls()] == [{"outputDimensionality": 1536}] * 2
        expected = [
            embed(model, text, 1536)
            for text in ("task: search result | query: nurse", "title: none | text: nurse")
        ]
        np.testing.assert_allclose(np.concatenate([query, document]), expected, atol=1e-6)

    async def test_braces_in_a_text_are_text(self, create: Create, emulator: Control) -> None:
        await create(Provider.GEMINI, model="gemini-embedding-2").embed(["{0} {x}"], kind="query")
        assert [call.text_count for call in emulator.calls()] == [1]


@hosted
class TestRefusedCalls:
    async def test_rate_limit_is_retried_after_the_delay_asked_for(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        emulator.order(
            FaultOrder(service=provider.value, fault=Fault.RATE_LIMITED, delay_seconds=3600)
        )
        with pytest.raises(ApiError) as caught:
            await create(provider).embed(TEXTS, kind="document")
        assert caught.value.status == 429
        assert caught.value.is_retriable
        # Both are true of the error: its own class, and the one that the SDK asks for.
        assert isinstance(caught.value, inngest.RetryAfterError)
        wait = caught.value.retry_after - datetime.now(UTC)
        assert timedelta(minutes=50) < wait <= timedelta(hours=1)

    @pytest.mark.parametrize(
        ("fault", "status"), [(Fault.SERVER_ERROR, 500), (Fault.BAD_GATEWAY, 502)]
    )
    async def test_faults_of_the_service_are_retried(
        self, create: Create, emulator: Control, provider: Provider, fault: Fault, status: int
    ) -> None:
        emulator.order(FaultOrder(service=provider.value, fault=fault))
        embedder = create(provider)
        with pytest.raises(ApiError) as caught:
            await embedder.embed(TEXTS, kind="document")
        assert caught.value.status == status
        assert caught.value.is_retriable
        assert not isinstance(caught.value, inngest.RetryAfterError)
        assert len(await embedder.embed(TEXTS, kind="document")) == len(TEXTS)

    async def test_a_wrong_key_is_not_retried_and_not_shown(
        self, create: Create, provider: Provider, caplog: pytest.LogCaptureFixture
    ) -> None:
        key = "sk-proj-0123456789abcdef"
        with caplog.at_level(logging.DEBUG), pytest.raises(ApiError) as caught:
            await create(provider, api_key=key).embed(TEXTS, kind="document")
        assert caught.value.status in {400, 401}
        assert not caught.value.is_retriable
        assert key not in str(caught.value) + repr(caught.value) + caplog.text

    async def test_an_unknown_model_is_not_retried(
        self, create: Create, provider: Provider
    ) -> None:
        with pytest.raises(ApiError) as caught:
            await create(provider, model="no-such-model", dimension=64).embed(["a"], kind="query")
        assert caught.value.status == 404
        assert not caught.value.is_retriable

    async def test_a_later_call_that_fails_fails_the_whole(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        embedder = create(provider, batch_size=2)
        await embedder.embed(TEXTS[:2], kind="document")
        emulator.order(FaultOrder(service=provider.value, fault=Fault.SLOW, delay_seconds=0))
        emulator.order(FaultOrder(service=provider.value, fault=Fault.SERVER_ERROR))
        with pytest.raises(ApiError):
            await embedder.embed(TEXTS, kind="document")

    async def test_an_answer_that_does_not_come_is_a_network_fault(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        emulator.order(FaultOrder(service=provider.value, fault=Fault.SLOW, delay_seconds=2))
        with pytest.raises(ApiError) as caught:
            await create(provider, timeout_seconds=0.05).embed(TEXTS, kind="document")
        assert caught.value.status is None
        assert caught.value.is_retriable

    async def test_a_server_that_is_not_there_is_a_network_fault(
        self, create: Create, provider: Provider
    ) -> None:
        nowhere = f"http://{LOOPBACK}:{free_port()}"
        with pytest.raises(ApiError) as caught:
            await create(provider, base_url=nowhere).embed(TEXTS, kind="document")
        assert caught.value.status is None
        assert caught.value.is_retriable


class TestReasons:
    async def test_the_services_code_is_told(self, create: Create) -> None:
        with pytest.raises(ApiError, match=r"^openai: embed 1 texts: invalid_api_key \(status 401"):
            await create(Provider.OPENAI, api_key="wrong").embed(["a"], kind="query")
        with pytest.raises(ApiError, match="INVALID_ARGUMENT"):
            await create(Provider.GEMINI, api_key="wrong").embed(["a"], kind="query")

    async def test_prose_is_not_told(self) -> None:
        def answer(request: httpx.Request) -> httpx.Response:
            return httpx.Response(401, json={"error": {"code": "sk-123 is no key, Jane"}})

        client = httpx.AsyncClient(
            base_url="http://openai.test", transport=httpx.MockTransport(answer)
        )
        provider = OpenAiCompatibleProvider(
            client, HostedModel("any", 4, is_asked=False), limiter=_CountingLimiter()
        )
        with pytest.raises(ApiError) as caught:
            await provider.embed(["a"], kind="query")
        assert str(caught.value) == "openai: embed 1 texts (status 401)"
        await provider.aclose()


@hosted
class TestUnusableAnswers:
    @pytest.mark.parametrize(
        "fault",
        [
            Fault.NOT_JSON,
            Fault.TRUNCATED,
            Fault.MISSING_VECTOR,
            Fault.NULL_COMPONENT,
            Fault.ZERO_VECTOR,
        ],
    )
    async def test_are_retried(
        self, create: Create, emulator: Control, provider: Provider, fault: Fault
    ) -> None:
        emulator.order(FaultOrder(service=provider.value, fault=fault))
        embedder = create(provider)
        with pytest.raises(RetriableError, match="the answer has"):
            await embedder.embed(TEXTS, kind="document")
        assert len(await embedder.embed(TEXTS, kind="document")) == len(TEXTS)

    async def test_another_dimension_is_a_wrong_setting(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        emulator.order(FaultOrder(service=provider.value, fault=Fault.WRONG_DIMENSION))
        with pytest.raises(NonRetriableError, match=r"dimension 255, .* dimension is 256"):
            await create(provider, dimension=256).embed(TEXTS, kind="document")


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.VOYAGE])
class TestIndices:
    """Gemini's vectors carry none."""

    async def test_an_answer_in_another_order_is_put_in_order(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        embedder = create(provider)
        in_order = await embedder.embed(TEXTS, kind="document")
        emulator.order(FaultOrder(service=provider.value, fault=Fault.REVERSED))
        np.testing.assert_array_equal(await embedder.embed(TEXTS, kind="document"), in_order)

    async def test_an_index_that_occurs_twice_makes_an_answer_unusable(
        self, create: Create, emulator: Control, provider: Provider
    ) -> None:
        emulator.order(FaultOrder(service=provider.value, fault=Fault.REPEATED_INDEX))
        with pytest.raises(RetriableError, match="another shape than documented"):
            await create(provider).embed(TEXTS, kind="document")


async def test_each_call_waits_for_the_limiter() -> None:
    limiter = _CountingLimiter()
    starts: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        starts.append(limiter.entered)
        return httpx.Response(200, json={"data": [{"index": 0, "embedding": [3, 4]}]})

    client = httpx.AsyncClient(base_url="http://openai.test", transport=httpx.MockTransport(answer))
    provider = OpenAiCompatibleProvider(
        client, HostedModel("any", 2, is_asked=False), limiter=limiter, batch_size=1
    )
    vectors = await provider.embed(["a", "b", "c"], kind="document")
    np.testing.assert_allclose(vectors, [[0.6, 0.8]] * 3)
    assert starts == [1, 2, 3]
    await provider.aclose()


class _CountingLimiter:
    def __init__(self) -> None:
        self.entered = 0

    async def __aenter__(self) -> None:
        self.entered += 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None


@given(
    lengths=st.lists(st.integers(1, 150_000), max_size=30),
    size=st.integers(1, 8),
)
def test_batches_keep_order_and_bounds(lengths: list[int], size: int) -> None:
    texts = ["x" * length for length in lengths]
    batches = [list(batch) for batch in _batches(texts, size)]
    assert [text for batch in batches for text in batch] == texts
    for batch in batches:
        assert 1 <= len(batch) <= size
        assert len(batch) == 1 or sum(map(len, batch)) <= 120_000
