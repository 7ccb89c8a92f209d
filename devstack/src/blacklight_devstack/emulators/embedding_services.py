"""The three embedding services that are emulated: their paths, bodies, limits and errors."""

from __future__ import annotations

import functools
import hashlib
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

API_KEY = "emulator-key"
"""The only key that is let in."""

ServiceName = Literal["openai", "voyage", "gemini"]
Rows = list[list[float]]


def embed(model: str, text: str, dimension: int) -> npt.NDArray[np.float32]:
    """The vector the emulator gives a text: the sum of its words' vectors.

    Returns:
        Shape [dimension], of length 1. A shorter vector is the start of a longer one.
    """
    words = re.findall(r"\w+", text.casefold()) or [text]
    vector = np.sum([_word_vector(model, word) for word in words], axis=0)[:dimension]
    scaled: npt.NDArray[np.float32] = vector / np.linalg.norm(vector)
    return scaled


_MAX_DIMENSION = 3072


@functools.lru_cache(maxsize=2_000)
def _word_vector(model: str, word: str) -> npt.NDArray[np.float32]:
    seed = hashlib.sha256(f"{model}\0{word}".encode()).digest()
    generator = np.random.default_rng(int.from_bytes(seed))
    return generator.standard_normal(_MAX_DIMENSION, dtype=np.float32)


class Refused(Exception):  # noqa: N818 -- an answer, not an error of the emulator
    """The service answers with an error.

    Attributes:
        status: HTTP status of the answer.
        message: For people.
        code: For programs, where the service has one.
    """

    def __init__(self, status: HTTPStatus, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code


@dataclass(frozen=True, slots=True)
class Work:
    """A call's body, the same for all services.

    Attributes:
        model: The model's name.
        texts: What to embed.
        dimension: What is asked for; None is the model's own.
        options: All that is asked for besides model and texts, by the service's own names.
    """

    model: str
    texts: Sequence[str]
    dimension: int | None
    options: dict[str, Any]


class Service(ABC):
    """One service's way to speak.

    Attributes:
        name: As in the control endpoints.
        path: Of the one endpoint.
        batch_size: The most texts that one call may carry.
        dimensions: The own dimension of each model.
    """

    name: ClassVar[ServiceName]
    path: ClassVar[str]
    batch_size: ClassVar[int]
    dimensions: ClassVar[dict[str, int]]

    def check_key(self, request: Request) -> None:
        """Refuse a call that does not carry the key."""
        given = request.headers.get("Authorization")
        if given is None:
            raise Refused(HTTPStatus.UNAUTHORIZED, "no API key was given")
        if given != f"Bearer {API_KEY}":
            raise Refused(HTTPStatus.UNAUTHORIZED, "the key is unknown", "invalid_api_key")

    def work(self, request: Request, body: bytes) -> Work:
        """Read a call and hold it against the limits."""
        try:
            work = self.parse(request, body)
        except ValidationError as error:
            raise Refused(HTTPStatus.BAD_REQUEST, "the body is not valid") from error
        if work.model not in self.dimensions:
            raise Refused(HTTPStatus.NOT_FOUND, "there is no such model", "model_not_found")
        if not 1 <= len(work.texts) <= self.batch_size:
            raise Refused(HTTPStatus.BAD_REQUEST, f"1 to {self.batch_size} texts fit into one call")
        if not all(work.texts):
            raise Refused(HTTPStatus.BAD_REQUEST, "a text is empty")
        return work

    def compute(self, work: Work) -> Rows:
        """The vectors of a call, in the order of its texts."""
        dimension = work.dimension or self.dimensions[work.model]
        return [embed(work.model, text, dimension).tolist() for text in work.texts]

    @abstractmethod
    def parse(self, request: Request, body: bytes) -> Work:
        """Read the body.

        Raises:
            pydantic.ValidationError: It does not have the service's shape.
        """

    @abstractmethod
    def answer(self, model: str, rows: Rows, indices: Sequence[int]) -> dict[str, Any]:
        """The body of an answer; ``indices[i]`` is the text that ``rows[i]`` belongs to."""

    @abstractmethod
    def error(self, refused: Refused, delay_seconds: int | None) -> dict[str, Any]:
        """The body of an error; the delay is what the service asks for before the next call."""

    def error_headers(self, delay_seconds: int | None) -> dict[str, str]:
        """The headers of an error."""
        return {} if delay_seconds is None else {"Retry-After": str(delay_seconds)}


class _OpenAiBody(BaseModel):
    model: str
    input: str | list[str]
    dimensions: int | None = Field(default=None, ge=1)
    encoding_format: Literal["float"] = "float"


class OpenAi(Service):
    """``POST /v1/embeddings`` of api.openai.com."""

    name = "openai"
    path = "/openai/v1/embeddings"
    batch_size = 2048
    dimensions: ClassVar = {
        "text-embedding-3-small": 1536,
        "text-embedding-3-large": 3072,
        "text-embedding-ada-002": 1536,
    }

    def parse(self, request: Request, body: bytes) -> Work:  # noqa: ARG002
        """Read the body."""
        parsed = _OpenAiBody.model_validate_json(body)
        texts = [parsed.input] if isinstance(parsed.input, str) else parsed.input
        options = parsed.model_dump(exclude={"model", "input"}, exclude_unset=True)
        return Work(parsed.model, texts, parsed.dimensions, options)

    def answer(self, model: str, rows: Rows, indices: Sequence[int]) -> dict[str, Any]:
        """The body of an answer."""
        return _indexed_answer(model, rows, indices)

    def error(self, refused: Refused, delay_seconds: int | None) -> dict[str, Any]:  # noqa: ARG002
        """The body of an error."""
        kind = (
            "server_error"
            if refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR
            else "invalid_request_error"
        )
        return {
            "error": {
                "message": refused.message,
                "type": kind,
                "param": None,
                "code": refused.code,
            }
        }


class _VoyageBody(BaseModel):
    model: str
    input: str | list[str]
    input_type: Literal["document", "query"] | None = None
    truncation: bool = True
    output_dimension: Literal[256, 512, 1024, 2048] | None = None


class Voyage(Service):
    """``POST /v1/embeddings`` of api.voyageai.com."""

    name = "voyage"
    path = "/voyage/v1/embeddings"
    batch_size = 128
    dimensions: ClassVar = {"voyage-4": 1024, "voyage-4-large": 1024, "voyage-4-lite": 1024}

    def parse(self, request: Request, body: bytes) -> Work:  # noqa: ARG002
        """Read the body."""
        parsed = _VoyageBody.model_validate_json(body)
        texts = [parsed.input] if isinstance(parsed.input, str) else parsed.input
        options = parsed.model_dump(exclude={"model", "input"}, exclude_unset=True)
        return Work(parsed.model, texts, parsed.output_dimension, options)

    def answer(self, model: str, rows: Rows, indices: Sequence[int]) -> dict[str, Any]:
        """The body of an answer."""
        return _indexed_answer(model, rows, indices)

    def error(self, refused: Refused, delay_seconds: int | None) -> dict[str, Any]:  # noqa: ARG002
        """The body of an error."""
        return {"detail": refused.message}


def _indexed_answer(model: str, rows: Rows, indices: Sequence[int]) -> dict[str, Any]:
    data = [
        {"object": "embedding", "index": index, "embedding": row}
        for index, row in zip(indices, rows, strict=True)
    ]
    return {"object": "list", "model": model, "data": data, "usage": {"total_tokens": 0}}


class _CamelModel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _GeminiPart(_CamelModel):
    text: str


class _GeminiContent(_CamelModel):
    parts: list[_GeminiPart] = Field(min_length=1)


class _GeminiRequest(_CamelModel):
    model: str
    content: _GeminiContent
    task_type: Literal["RETRIEVAL_DOCUMENT", "RETRIEVAL_QUERY", "SEMANTIC_SIMILARITY"] | None = None
    output_dimensionality: int | None = Field(default=None, ge=1, le=_MAX_DIMENSION)


class _GeminiBody(_CamelModel):
    requests: list[_GeminiRequest] = Field(min_length=1)


class Gemini(Service):
    """``models.batchEmbedContents`` of generativelanguage.googleapis.com."""

    name = "gemini"
    path = "/gemini/v1beta/models/{model}:batchEmbedContents"
    batch_size = 100
    dimensions: ClassVar = {"gemini-embedding-001": 3072, "gemini-embedding-2": 3072}

    def check_key(self, request: Request) -> None:
        """Refuse a call that does not carry the key, with Google's statuses."""
        given = request.headers.get("x-goog-api-key")
        if given is None:
            raise Refused(HTTPStatus.FORBIDDEN, "callers without identity are not served")
        if given != API_KEY:
            raise Refused(HTTPStatus.BAD_REQUEST, "the key is not valid")

    def parse(self, request: Request, body: bytes) -> Work:
        """Read the body."""
        requests = _GeminiBody.model_validate_json(body).requests
        model = request.path_params["model"]
        if any(single.model != f"models/{model}" for single in requests):
            raise Refused(HTTPStatus.BAD_REQUEST, "all requests must be for the path's model")
        texts = ["".join(part.text for part in single.content.parts) for single in requests]
        first = requests[0]
        options = first.model_dump(by_alias=True, exclude={"model", "content"}, exclude_unset=True)
        return Work(model, texts, first.output_dimensionality, options)

    def compute(self, work: Work) -> Rows:
        """The vectors of a call; the first model's shortened ones do not have length 1."""
        rows = super().compute(work)
        own = self.dimensions[work.model]
        if work.dimension in {None, own} or work.model != "gemini-embedding-001":
            return rows
        return [[component / 2 for component in row] for row in rows]

    def answer(self, model: str, rows: Rows, indices: Sequence[int]) -> dict[str, Any]:  # noqa: ARG002
        """The body of an answer."""
        return {"embeddings": [{"values": row} for row in rows]}

    def error(self, refused: Refused, delay_seconds: int | None) -> dict[str, Any]:
        """The body of an error."""
        details = []
        if delay_seconds is not None:
            kind = "type.googleapis.com/google.rpc.RetryInfo"
            details.append({"@type": kind, "retryDelay": f"{delay_seconds}s"})
        return {
            "error": {
                "code": refused.status.value,
                "message": refused.message,
                "status": _GOOGLE_STATUSES[refused.status],
                "details": details,
            }
        }

    def error_headers(self, delay_seconds: int | None) -> dict[str, str]:  # noqa: ARG002
        """The headers of an error."""
        return {}


# https://cloud.google.com/apis/design/errors
_GOOGLE_STATUSES = {
    HTTPStatus.BAD_REQUEST: "INVALID_ARGUMENT",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "NOT_FOUND",
    HTTPStatus.TOO_MANY_REQUESTS: "RESOURCE_EXHAUSTED",
    HTTPStatus.INTERNAL_SERVER_ERROR: "INTERNAL",
}
