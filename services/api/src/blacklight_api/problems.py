"""Errors as RFC 9457 problem documents; every error of the gateway leaves through here.

A problem never repeats what the client sent: its value may be personal data or a secret.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

import structlog
from blacklight_shared.job_imports.errors import ImportConflictError, ImportFileError
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from pydantic_core import ErrorDetails
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_UNAVAILABLE_SECONDS = 2

log = structlog.get_logger(__name__)


class FieldError(BaseModel):
    """What is wrong with one field of the request."""

    field: str = Field(description="Dotted path of the field, or the name of the parameter.")
    message: str = Field(description="What is allowed.")


class ProblemDocument(BaseModel):
    """An RFC 9457 problem document."""

    type: str = Field(default="about:blank", description="The status tells the kind of problem.")
    title: str
    status: int
    detail: str
    errors: list[FieldError] = Field(default_factory=list)
    request_id: str | None = Field(
        default=None, description="Quote it to the operators; their logs carry it too."
    )

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "type": "about:blank",
                    "title": "Unprocessable Entity",
                    "status": 422,
                    "detail": "The request holds 1 value that is not allowed.",
                    "errors": [{"field": "limit", "message": "Input should be at most 200"}],
                    "request_id": "0199f0a2c1d87d3e9b0a4f5c6d7e8f90",
                }
            ]
        }
    }


class Problem(HTTPException):
    """An error that the client gets as a problem document; subclasses fix the status.

    Args:
        detail: What went wrong, in words for the person who reads it.
        errors: The fields at fault.
        headers: Headers that the status calls for.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.BAD_REQUEST

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(self.status, detail, headers)
        self.errors = list(errors)


class Unauthorized(Problem):
    """The key is missing, unknown, expired or revoked."""

    status = HTTPStatus.UNAUTHORIZED

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    """The key is good but may not do this."""

    status = HTTPStatus.FORBIDDEN


class NotFound(Problem):
    """No such object, or it belongs to someone else: the answer is the same.

    Args:
        entity: What was looked for, such as ``"candidate"``.
    """

    status = HTTPStatus.NOT_FOUND

    def __init__(self, entity: str) -> None:
        super().__init__(f"There is no such {entity}.")


class Conflict(Problem):
    """The request contradicts the state of things."""

    status = HTTPStatus.CONFLICT


class ContentTooLarge(Problem):
    """The body is larger than the endpoint takes.

    Args:
        max_bytes: What the endpoint takes.
    """

    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def __init__(self, max_bytes: int) -> None:
        super().__init__(f"The request may hold at most {max_bytes:,} bytes.")


class UnsupportedMediaType(Problem):
    """The content is of a kind that the endpoint does not take."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE


class Unprocessable(Problem):
    """A value is not allowed.

    Args:
        field: The field at fault.
        message: What is allowed.
    """

    status = HTTPStatus.UNPROCESSABLE_ENTITY

    def __init__(self, field: str, message: str) -> None:
        super().__init__(
            "The request holds 1 value that is not allowed.",
            errors=[FieldError(field=field, message=message)],
        )


class TooManyRequests(Problem):
    """The key is over its rate.

    Args:
        retry_after_seconds: When the next request will be taken; whole seconds.
    """

    status = HTTPStatus.TOO_MANY_REQUESTS

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(
            f"Too many requests; the next one is taken in {retry_after_seconds} s.",
            headers={"Retry-After": str(retry_after_seconds)},
        )


class Unavailable(Problem):
    """The gateway cannot answer in time; trying again is safe."""

    status = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str) -> None:
        super().__init__(detail, headers={"Retry-After": str(RETRY_AFTER_UNAVAILABLE_SECONDS)})


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The ``responses`` argument of an endpoint that documents these problem statuses."""
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {
                PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
            },
        }
        for status in statuses
    }


def problem_response(
    status: int,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
    request_id: str | None = None,
) -> JSONResponse:
    """A response that carries a problem document."""
    document = ProblemDocument(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        errors=list(errors),
        request_id=request_id,
    )
    return JSONResponse(
        document.model_dump(), int(status), dict(headers or {}), media_type=PROBLEM_MEDIA_TYPE
    )


def install_problem_handlers(app: FastAPI) -> None:
    """Make every error of ``app`` a problem document."""
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(ImportFileError, _answer_import_error)
    app.add_exception_handler(ImportConflictError, _answer_import_error)
    for unavailable in (OperationalError, InterfaceError, PoolTimeoutError):
        app.add_exception_handler(unavailable, _answer_database_error)


async def answer_http_exception(request: Request, error: Exception) -> JSONResponse:
    """Handler: an error as a problem document."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- Starlette types handlers loosely
    return problem_response(
        error.status_code,
        error.detail,
        errors=error.errors if isinstance(error, Problem) else (),
        headers=error.headers,
        request_id=_request_id(request),
    )


async def _answer_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- as above
    errors = [field_error(details) for details in error.errors()]
    values = "value that is" if len(errors) == 1 else "values that are"
    return problem_response(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        f"The request holds {len(errors)} {values} not allowed.",
        errors=errors,
        request_id=_request_id(request),
    )


async def _answer_import_error(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, ImportFileError):
        return await answer_http_exception(request, Unprocessable(error.field, error.message))
    return await answer_http_exception(request, Conflict(str(error)))


async def _answer_database_error(request: Request, error: Exception) -> JSONResponse:
    log.error("database_unavailable", error=type(error).__name__)
    problem = Unavailable("The database does not answer; try again.")
    return await answer_http_exception(request, problem)


def field_error(details: ErrorDetails) -> FieldError:
    """A validation error of pydantic without the value that caused it."""
    location = [str(part) for part in details["loc"]]
    if len(location) > 1 and location[0] in {"body", "query", "path", "header"}:
        location = location[1:]
    if details["type"] == "json_invalid":
        location = ["body"]
    # What our own validators say needs no name of the error before it.
    message = details["msg"].removeprefix("Value error, ")
    return FieldError(field=".".join(location), message=message[:1].upper() + message[1:])


def _request_id(request: Request) -> str | None:
    return getattr(request.state, "request_id", None)
