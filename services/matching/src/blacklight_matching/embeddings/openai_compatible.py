"""OpenAI's embeddings API, which many hosted and self-hosted servers speak too.

Source: https://platform.openai.com/docs/api-reference/embeddings/create
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from blacklight_shared.workflows.rate_limits import Service
from pydantic import BaseModel

from blacklight_matching.embeddings.base import TextKind
from blacklight_matching.embeddings.hosted import Dimensions, HostedProvider, Refusal


class OpenAiCompatibleProvider(HostedProvider):
    """Embeds with OpenAI, or with any server that takes the same calls."""

    service = Service.OPENAI
    base_url = "https://api.openai.com/v1"
    default_model = "text-embedding-3-small"
    models: ClassVar = {
        "text-embedding-3-small": Dimensions(1536, others=range(1, 1536)),
        # pgvector indexes up to 2,000 components.
        "text-embedding-3-large": Dimensions(3072, others=range(1, 3072), preferred=1536),
        "text-embedding-ada-002": Dimensions(1536),
    }

    def _path(self) -> str:
        return "/embeddings"

    def _request(self, texts: Sequence[str], kind: TextKind) -> dict[str, Any]:  # noqa: ARG002 -- one space for both
        request: dict[str, Any] = {
            "model": self._model.name,
            "input": list(texts),
            "encoding_format": "float",
        }
        if self._model.is_asked:
            request["dimensions"] = self._model.dimension
        return request

    def _rows(self, content: bytes) -> list[list[float]]:
        return IndexedAnswer.model_validate_json(content).rows()

    def _refusal(self, content: bytes) -> Refusal:
        error = _ErrorAnswer.model_validate_json(content).error
        return Refusal(reason=error.code or error.type)


class IndexedVector(BaseModel):
    """One vector and the position of its text in the call."""

    index: int
    embedding: list[float]


class IndexedAnswer(BaseModel):
    """Vectors in any order."""

    data: list[IndexedVector]

    def rows(self) -> list[list[float]]:
        """The vectors in the order of the texts.

        Raises:
            ValueError: An index is missing or occurs twice.
        """
        by_index = {item.index: item.embedding for item in self.data}
        if by_index.keys() != set(range(len(self.data))):
            raise ValueError("the indices are not those of the texts")
        return [by_index[index] for index in range(len(self.data))]


class _Error(BaseModel):
    code: str | None = None
    type: str | None = None


class _ErrorAnswer(BaseModel):
    error: _Error
