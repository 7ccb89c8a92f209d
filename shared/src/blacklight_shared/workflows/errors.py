"""Workflow errors: their class, and nothing else, decides whether a step is retried.

The family is raised inside steps and handlers. HTTP errors of the gateway are a different family
and live in ``blacklight_api``.

A step that fails for good (its error does not allow a retry, or its attempts are used up) shows in
the handler as ``inngest.StepError``, which a handler may catch to go on without the step. One
exception is the SDK's: an error with ``retry_after`` that runs out of attempts fails the whole run.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any, Self

import inngest
import pydantic
from inngest._internal.errors import Error as InngestError

_RETRIABLE_CLIENT_STATUSES = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS})


class WorkflowError(InngestError):
    """Base of every error that a workflow raises on purpose.

    A subclass of the SDK's base, which it does not export: for others ``is_retriable`` is not read.

    Attributes:
        is_retriable: Whether running the same step again can succeed; the SDK reads it.
    """

    is_retriable = True

    def __init__(self, message: str) -> None:
        # Not through super(): a delayed error has the SDK's type behind it, which wants more.
        Exception.__init__(self, message)


class RetriableError(WorkflowError):
    """A temporary failure: a network fault, a lock not had, a service that is restarting.

    Args:
        message: What failed, without personal data or secrets.
        retry_after: How long to wait before the next attempt; None takes the engine's backoff.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        if retry_after is not None:
            _set_delay(self, retry_after)


class NonRetriableError(WorkflowError):
    """A failure that another attempt cannot mend."""

    is_retriable = False


class NotFoundError(NonRetriableError):
    """A row that the workflow needs does not exist, or belongs to another tenant.

    Args:
        entity: What was looked for, such as ``"candidate"``.
        entity_id: The id that was looked up.
    """

    def __init__(self, entity: str, entity_id: object) -> None:
        super().__init__(f"{entity} {entity_id} does not exist")
        self.entity = entity
        self.entity_id = entity_id


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field of a payload and what is wrong with it.

    Attributes:
        field: Dotted path of the field, such as ``"registration_data.linkedin"``.
        problem: What is wrong or what is allowed; never the value itself.
    """

    field: str
    problem: str

    def __str__(self) -> str:
        return f"{self.field}: {self.problem}" if self.field else self.problem


class ValidationError(NonRetriableError):
    """A payload that does not have the shape the workflow asks for.

    Args:
        message: What was checked and why it failed.
        problems: The fields that are missing or wrong; appended to the message.
    """

    def __init__(self, message: str, problems: Iterable[FieldProblem] = ()) -> None:
        self.problems = tuple(problems)
        super().__init__(": ".join([message, "; ".join(map(str, self.problems))]).rstrip(": "))

    @classmethod
    def from_pydantic(cls, message: str, error: pydantic.ValidationError) -> Self:
        """Name the fields that Pydantic refused, without the values they had."""
        details = error.errors(include_url=False, include_context=False, include_input=False)
        return cls(
            message,
            [FieldProblem(".".join(map(str, item["loc"])), item["msg"]) for item in details],
        )


class ApiError(WorkflowError):
    """A call to an external service that failed.

    Statuses 5xx, 408 and 429 and faults of the network are retried; other statuses are not, since
    the same request would be refused again.

    Args:
        service: Short name of the service, such as ``"voyage"``.
        message: What failed, without personal data or secrets.
        status: HTTP status of the answer; None when there was no answer.
        retry_after: The delay the service asked for; ignored where no retry follows.
    """

    def __init__(
        self,
        service: str,
        message: str,
        status: int | None = None,
        *,
        retry_after: timedelta | None = None,
    ) -> None:
        outcome = "no answer" if status is None else f"status {status}"
        super().__init__(f"{service}: {message} ({outcome})")
        self.service = service
        self.status = status
        self.is_retriable = _is_retriable_status(status)
        if retry_after is not None and self.is_retriable:
            _set_delay(self, retry_after)


def _is_retriable_status(status: int | None) -> bool:
    if status is None:
        return True
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _RETRIABLE_CLIENT_STATUSES


def _set_delay(error: WorkflowError, delay: timedelta) -> None:
    """Make an error that exists one that the SDK answers with ``Retry-After``.

    The SDK does so for instances of ``inngest.RetryAfterError`` only. An error without a delay must
    not be one, or the engine's own backoff would be lost; so the class follows the argument.
    """
    original: Any = type(error)
    error.__class__ = _delayed(original)
    # The SDK makes a naive local time of a timedelta; it is given the point in time instead.
    vars(error)["retry_after"] = datetime.now(UTC) + delay


@functools.cache
def _delayed(cls: type[WorkflowError]) -> type[WorkflowError]:
    members = {"__module__": cls.__module__, "__qualname__": cls.__qualname__}
    return type(cls.__name__, (cls, inngest.RetryAfterError), members)
