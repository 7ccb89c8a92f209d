"""What the hosted models share: calls of bounded size and rate, and answers that are checked."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Self

import httpx
import numpy as np
from blacklight_shared.workflows.errors import ApiError, NonRetriableError, RetriableError
from blacklight_shared.workflows.rate_limits import RATE_LIMITS, Service
from blacklight_shared.workflows.translation import parse_retry_after, translating_errors

from blacklight_matching.embeddings.base import TextKind, Vectors, require_visible, unit_rows

# Whatever the script, a character makes about one token at most, and the strictest model takes
# 120,000 tokens a call (https://docs.voyageai.com/reference/embeddings-api).
_CALL_CHARACTERS = 120_000
# An error code such as ``invalid_api_key``; prose could repeat a text or a key.
_REASON = re.compile(r"[A-Za-z]+(_[A-Za-z]+)*")


@dataclass(frozen=True, slots=True)
class Dimensions:
    """The dimensions a model offers.

    Attributes:
        own: What it gives unless asked.
        others: What it can be asked for.
        preferred: Taken when none is configured; None takes the own one.
    """

    own: int
    others: Collection[int] = ()
    preferred: int | None = None

    def __str__(self) -> str:
        if isinstance(self.others, range):
            return f"from {self.others.start} to {self.own}"
        return " or ".join(map(str, sorted({self.own, *self.others})))


@dataclass(frozen=True, slots=True)
class HostedModel:
    """A model of a service and the dimension its vectors shall have.

    Attributes:
        name: As the service knows it.
        dimension: Number of components of each vector.
        is_asked: Whether a call has to ask for the dimension, since it is not the model's own.
    """

    name: str
    dimension: int
    is_asked: bool

    @classmethod
    def choose(cls, name: str, dimension: int | None, known: Mapping[str, Dimensions]) -> Self:
        """Settle the dimension.

        Args:
            name: As the service knows it.
            dimension: What is configured. Of a model that is not known it states what the model
                gives, and is not asked for.
            known: What models offer, by name.

        Raises:
            ValueError: The model does not offer the dimension, or it is not known what it offers
                and none is configured. The message goes on from the name of the setting.
        """
        offered = known.get(name)
        if offered is None:
            if dimension is None:
                raise ValueError(f"must be given for the model {name}, which is not known here")
            return cls(name, dimension, is_asked=False)
        chosen = dimension or offered.preferred or offered.own
        if chosen != offered.own and chosen not in offered.others:
            raise ValueError(f"must be {offered} for the model {name}")
        return cls(name, chosen, is_asked=chosen != offered.own)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the body of an error says.

    Attributes:
        reason: The service's code for the error.
        retry_after: The delay it asks for.
    """

    reason: str | None = None
    retry_after: timedelta | None = None


class HostedProvider(ABC):
    """An embedding model behind HTTP. Implements `EmbeddingProvider`.

    Args:
        client: Knows the service's address, the key and the timeout; closed with the provider.
        model: Which model to ask.
        limiter: Entered before each call, which it delays as the service's rate limit needs.
        batch_size: The most texts in one call; None takes the service's limit.

    Attributes:
        service: Whose limits hold.
        base_url: The service's public address.
        default_model: Taken when none is configured.
        models: The dimensions that its models offer.
    """

    service: ClassVar[Service]
    base_url: ClassVar[str]
    default_model: ClassVar[str]
    models: ClassVar[Mapping[str, Dimensions]]

    def __init__(
        self,
        client: httpx.AsyncClient,
        model: HostedModel,
        *,
        limiter: AbstractAsyncContextManager[None],
        batch_size: int | None = None,
    ) -> None:
        self._client = client
        self._model = model
        self._limiter = limiter
        self._batch_size = batch_size or RATE_LIMITS[self.service].batch_size

    @staticmethod
    def authorization(api_key: str) -> dict[str, str]:
        """The headers that carry the key: those of RFC 6750, unless the service wants others."""
        return {"Authorization": f"Bearer {api_key}"}

    @property
    def model(self) -> str:
        """Service and model; the dimension is stored beside it."""
        return f"{self.service}/{self._model.name}"

    @property
    def dimension(self) -> int:
        """Number of components of each vector."""
        return self._model.dimension

    async def embed(self, texts: Sequence[str], *, kind: TextKind) -> Vectors:
        """Embed texts in as many calls as needed. See `EmbeddingProvider.embed`."""
        require_visible(texts)
        batches = [
            await self._embed_batch(batch, kind) for batch in _batches(texts, self._batch_size)
        ]
        return np.concatenate([np.empty((0, self.dimension), dtype=np.float32), *batches])

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    @abstractmethod
    def _path(self) -> str:
        """Where to post, below the service's base URL."""

    @abstractmethod
    def _request(self, texts: Sequence[str], kind: TextKind) -> dict[str, Any]:
        """The body of a call."""

    @abstractmethod
    def _rows(self, content: bytes) -> list[list[float]]:
        """The vectors of an answer, in the order of the texts.

        Raises:
            ValueError: The answer does not have the documented shape.
        """

    @abstractmethod
    def _refusal(self, content: bytes) -> Refusal:
        """What the body of an error says.

        Raises:
            ValueError: The body does not have the documented shape.
        """

    async def _embed_batch(self, texts: Sequence[str], kind: TextKind) -> Vectors:
        operation = f"embed {len(texts)} texts"
        request = self._request(texts, kind)
        async with self._limiter, translating_errors(operation, service=self.service):
            response = await self._client.post(self._path(), json=request)
        if not response.is_success:
            raise self._error(operation, response)
        try:
            rows = self._rows(response.content)
        except ValueError:
            # The cause would show the answer, which may repeat the texts.
            raise self._unusable(operation, "has another shape than documented") from None
        return self._checked(operation, rows, len(texts))

    def _error(self, operation: str, response: httpx.Response) -> ApiError:
        try:
            refusal = self._refusal(response.content)
        except ValueError:
            refusal = Refusal()  # A proxy answered, not the service.
        if refusal.reason and _REASON.fullmatch(refusal.reason):
            operation = f"{operation}: {refusal.reason}"
        header = parse_retry_after(response.headers.get("Retry-After"))
        return ApiError(
            self.service,
            operation,
            response.status_code,
            retry_after=refusal.retry_after if header is None else header,
        )

    def _checked(self, operation: str, rows: list[list[float]], expected: int) -> Vectors:
        if len(rows) != expected:
            raise self._unusable(operation, f"has {len(rows)} vectors")
        dimensions = {len(row) for row in rows}
        if dimensions != {self.dimension}:
            found = ", ".join(map(str, sorted(dimensions)))
            raise NonRetriableError(
                f"{self.service}: {operation}: the model {self._model.name} gives vectors of "
                f"dimension {found}, but the configured dimension is {self.dimension}"
            )
        with np.errstate(over="ignore"):
            vectors = np.array(rows, dtype=np.float32)
        if not np.isfinite(vectors).all() or not vectors.any(axis=1).all():
            raise self._unusable(operation, "has a vector that is zero or not finite")
        return unit_rows(vectors)

    def _unusable(self, operation: str, problem: str) -> RetriableError:
        return RetriableError(f"{self.service}: {operation}: the answer {problem}")


def _batches(texts: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Cut texts, in order, into calls bounded in texts and in characters."""
    start = characters = 0
    for index, text in enumerate(texts):
        is_full = index - start == size or characters + len(text) > _CALL_CHARACTERS
        if index > start and is_full:
            yield texts[start:index]
            start, characters = index, 0
        characters += len(text)
    if start < len(texts):
        yield texts[start:]
