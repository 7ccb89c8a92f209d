"""Faults of libraries, made into the workflow errors that decide about a retry."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import psycopg
import pydantic
from sqlalchemy import exc as sqlalchemy_errors

from blacklight_shared.outbound.errors import OutboundError
from blacklight_shared.workflows.errors import (
    ApiError,
    NonRetriableError,
    RetriableError,
    ValidationError,
    WorkflowError,
)

_LASTING_HTTP_FAULTS = (
    httpx.InvalidURL,
    httpx.LocalProtocolError,
    httpx.TooManyRedirects,
    httpx.UnsupportedProtocol,
)
_LASTING_FILE_FAULTS = (
    FileExistsError,
    FileNotFoundError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
)
_DATABASE_FAULTS = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    sqlalchemy_errors.OperationalError,
    sqlalchemy_errors.InterfaceError,
    sqlalchemy_errors.TimeoutError,
)


@asynccontextmanager
async def translating_errors(operation: str, *, service: str | None = None) -> AsyncIterator[None]:
    """Turn faults of httpx, Postgres, Pydantic and the operating system into workflow errors.

    Usable as ``async with translating_errors("fetch posting"):`` and as a decorator. Workflow
    errors pass unchanged, and so does everything else that is raised: the engine retries what it
    does not know. Messages name the operation and the kind of fault, not addresses, SQL or values.
    Of a group of errors, as a task group raises it, one that no retry can mend decides.

    Args:
        operation: What is being done, for the message.
        service: The external service that is called, for ``ApiError``; by default the operation.
    """
    try:
        yield
    except Exception as error:
        translated = _translate(error, operation, service or operation)
        if translated is None:
            raise
        raise translated from error


def parse_retry_after(value: str | None) -> timedelta | None:
    """Read a ``Retry-After`` header (RFC 9110, section 10.2.3): seconds, or a date.

    Returns:
        The time to wait, never negative; None when there is no header or it cannot be read.
    """
    if value is None:
        return None
    try:
        if value.strip().isdecimal():
            return timedelta(seconds=int(value))
        return max(parsedate_to_datetime(value).astimezone(UTC) - datetime.now(UTC), timedelta())
    except (ValueError, OverflowError):
        return None


def _translate(error: Exception, operation: str, service: str) -> WorkflowError | None:
    if isinstance(error, ExceptionGroup):
        return _translate_group(error, operation, service)
    if isinstance(error, pydantic.ValidationError):
        return ValidationError.from_pydantic(f"{operation}: {error.title} is not valid", error)
    if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
        return _translate_http(error, operation, service)
    if isinstance(error, OutboundError):
        return NonRetriableError(f"{operation}: {error}")
    if isinstance(error, _DATABASE_FAULTS):
        return RetriableError(f"{operation}: the database failed: {type(error).__name__}")
    if isinstance(error, OSError):
        fault = f"{operation}: {type(error).__name__}"
        lasting = isinstance(error, _LASTING_FILE_FAULTS)
        return NonRetriableError(fault) if lasting else RetriableError(fault)
    return None


def _translate_group(
    group: ExceptionGroup[Exception], operation: str, service: str
) -> WorkflowError | None:
    decided = [
        error if isinstance(error, WorkflowError) else _translate(error, operation, service)
        for error in group.exceptions
    ]
    known = [error for error in decided if isinstance(error, WorkflowError)]
    return min(known, key=lambda error: error.is_retriable, default=None)


def _translate_http(
    error: httpx.HTTPError | httpx.InvalidURL, operation: str, service: str
) -> WorkflowError:
    if isinstance(error, httpx.HTTPStatusError):
        return ApiError(
            service,
            operation,
            error.response.status_code,
            retry_after=parse_retry_after(error.response.headers.get("Retry-After")),
        )
    if isinstance(error, _LASTING_HTTP_FAULTS):
        return NonRetriableError(f"{operation}: {service}: {type(error).__name__}")
    return ApiError(service, f"{operation}: {type(error).__name__}")
