"""What workflows know of a language model: it reads a text and fills in a schema."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, Protocol, TypeVar

import structlog
from pydantic import BaseModel

from blacklight_shared.workflows.errors import RetriableError, WorkflowError

ModelT = TypeVar("ModelT", bound=BaseModel)

LONGEST_PAUSE = timedelta(seconds=10)
"""Before the second attempt. A service that asks for more is not waited for."""

_SHORTEST_PAUSE = timedelta(seconds=1)

_log = structlog.stdlib.get_logger(__name__)


class UnusableAnswerError(RetriableError):
    """The model answered, but not with what the schema asks for."""


class LanguageModel(Protocol):
    """A language model in use.

    Attributes:
        name: Service and model, such as ``"anthropic/claude-haiku-4-5"``.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 -- above

    async def extract(self, schema: type[ModelT], instructions: str, text: str) -> ModelT:
        """Have the model read a text.

        The text is handed over as data, cut at the configured length, with the rule that nothing
        in it is to be obeyed. A text may still talk the model into saying something wrong, so the
        caller holds what comes back against the text.

        Args:
            schema: What to fill in; descriptions of its fields are shown to the model. Fields
                without a value are asked for as well, so what may be missing is to be nullable.
            instructions: What to look for.
            text: What to read; it may come from a stranger.

        Raises:
            ApiError: The service refused the call or could not be reached.
            UnusableAnswerError: The answer is incomplete or does not fit the schema.
        """

    async def aclose(self) -> None:
        """Close the connections."""


@dataclass(frozen=True, slots=True)
class Extraction(Generic[ModelT]):
    """What came of asking a model.

    Attributes:
        value: The filled in schema; None if the model failed.
        failure: Why it failed, for people; None if it did not.
    """

    value: ModelT | None
    failure: str | None


async def try_extract(
    model: LanguageModel, schema: type[ModelT], instructions: str, text: str
) -> Extraction[ModelT]:
    """Ask a model, once more if it fails, for callers that can do without it.

    Args:
        model: The model.
        schema: See ``LanguageModel.extract``, also for the others.
        instructions: What to look for.
        text: What to read.
    """
    try:
        return Extraction(await model.extract(schema, instructions, text), None)
    except WorkflowError as error:
        pause = _pause_after(error)
        _log.warning("a language model failed", model=model.name, error=str(error))
        if pause is None:
            return Extraction(None, str(error))
    await asyncio.sleep(pause.total_seconds())
    try:
        return Extraction(await model.extract(schema, instructions, text), None)
    except WorkflowError as error:
        _log.warning("a language model failed again", model=model.name, error=str(error))
        return Extraction(None, str(error))


def _pause_after(error: WorkflowError) -> timedelta | None:
    """How long to wait before the next attempt; None when it is of no use."""
    if not error.is_retriable:
        return None
    if isinstance(error, UnusableAnswerError):
        return timedelta()
    retry_at: datetime | None = getattr(error, "retry_after", None)
    pause = _SHORTEST_PAUSE if retry_at is None else retry_at - datetime.now(UTC)
    return pause if pause <= LONGEST_PAUSE else None
