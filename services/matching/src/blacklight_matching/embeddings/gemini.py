"""The embeddings of Google's Gemini API.

Sources: https://ai.google.dev/api/embeddings (calls), https://ai.google.dev/gemini-api/docs/embeddings
(task types and prompts), https://cloud.google.com/apis/design/errors (errors).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from blacklight_shared.workflows.rate_limits import Service
from pydantic import BaseModel, BeforeValidator, Field

from blacklight_matching.embeddings.base import TextKind
from blacklight_matching.embeddings.hosted import Dimensions, HostedProvider, Refusal

# pgvector indexes up to 2,000 components.
_FLEXIBLE = Dimensions(3072, others=range(128, 3072), preferred=1536)
_TASK_TYPES: dict[TextKind, str] = {"document": "RETRIEVAL_DOCUMENT", "query": "RETRIEVAL_QUERY"}
# Models without task types read the task from the text itself.
_TASK_PROMPTS: dict[TextKind, str] = {
    "document": "title: none | text: {text}",
    "query": "task: search result | query: {text}",
}
_MODELS_WITH_TASK_TYPES = frozenset({"gemini-embedding-001"})


class GeminiProvider(HostedProvider):
    """Embeds with Gemini, which is told whether a text is a document or a query."""

    service = Service.GEMINI
    base_url = "https://generativelanguage.googleapis.com/v1beta"
    default_model = "gemini-embedding-001"
    models: ClassVar = {"gemini-embedding-001": _FLEXIBLE, "gemini-embedding-2": _FLEXIBLE}

    @staticmethod
    def authorization(api_key: str) -> dict[str, str]:
        """The header that carries the key."""
        return {"x-goog-api-key": api_key}

    def _path(self) -> str:
        return f"/models/{self._model.name}:batchEmbedContents"

    def _request(self, texts: Sequence[str], kind: TextKind) -> dict[str, Any]:
        return {"requests": [self._embed_content(text, kind) for text in texts]}

    def _embed_content(self, text: str, kind: TextKind) -> dict[str, Any]:
        request: dict[str, Any] = {"model": f"models/{self._model.name}"}
        if self._model.name in _MODELS_WITH_TASK_TYPES:
            request["taskType"] = _TASK_TYPES[kind]
        else:
            text = _TASK_PROMPTS[kind].format(text=text)
        request["content"] = {"parts": [{"text": text}]}
        if self._model.is_asked:
            request["outputDimensionality"] = self._model.dimension
        return request

    def _rows(self, content: bytes) -> list[list[float]]:
        return [vector.values for vector in _Answer.model_validate_json(content).embeddings]

    def _refusal(self, content: bytes) -> Refusal:
        error = _ErrorAnswer.model_validate_json(content).error
        delays = [detail.retry_delay for detail in error.details if detail.retry_delay is not None]
        return Refusal(reason=error.status, retry_after=max(delays, default=None))


class _Vector(BaseModel):
    values: list[float]


class _Answer(BaseModel):
    embeddings: list[_Vector]


def _seconds(value: object) -> object:
    """Read a protobuf duration such as ``34.07s``."""
    return float(value.removesuffix("s")) if isinstance(value, str) else value


class _Detail(BaseModel):
    """One of several kinds of detail; ``google.rpc.RetryInfo`` carries the delay."""

    retry_delay: Annotated[timedelta | None, BeforeValidator(_seconds)] = Field(
        default=None, alias="retryDelay"
    )


class _Error(BaseModel):
    status: str | None = None
    details: list[_Detail] = []


class _ErrorAnswer(BaseModel):
    error: _Error
