"""Requests to a provider: the token, the pace, three tries, and faults as workflow errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TypeVar

import httpx
from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.workflows import ApiError, Service, parse_retry_after, with_rate_limit
from pydantic import BaseModel, ValidationError
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)

from blacklight_email_sync.metrics import PROVIDER_CALLS
from blacklight_email_sync.providers.mailbox import (
    AccessLostError,
    MailTooLargeError,
    ProviderUnavailableError,
    ProviderUnreachableError,
    RateLimitedError,
    UnusableAnswerError,
)

TRIES = 3
MAX_ANSWER_BYTES = 4 * 1024 * 1024
"""Of a list; a page of five hundred ids has 50 KB."""
DEFAULT_DELAY = timedelta(seconds=30)
"""Where a provider asks for patience without saying how much."""

AnswerT = TypeVar("AnswerT", bound=BaseModel)
ResultT = TypeVar("ResultT")

GetToken = Callable[[str | None], Awaitable[str]]
"""Gives an access token; called with one that was rejected, another one."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a call waits between its tries.

    Attributes:
        backoff: Upper bound of the first wait; it doubles with every try.
        longest_wait: A provider that asks for more is not waited for here.
    """

    backoff: timedelta = timedelta(milliseconds=500)
    longest_wait: timedelta = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a provider.

    Attributes:
        operation: For errors and metrics, such as ``messages.get``.
        url: Absolute, or below the provider's address.
        params: Of the query.
        headers: Besides the token.
    """

    operation: str
    url: str
    params: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] | None = None


Refusal = Callable[[int, bytes], IntegrationErrorType | None]
"""Reads the status and body of a refused request; None where it says nothing special."""


class ProviderHttp:
    """One mailbox's requests.

    Args:
        client: Knows the provider's address and the timeout; shared with other mailboxes.
        service: Whose rate limit holds.
        get_token: Lets us in.
        patience: Between tries.
        refusal: What the provider means by 400 and 403.

    Attributes:
        calls: Requests so far, also those in vain.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        service: Service,
        get_token: GetToken,
        patience: Patience,
        refusal: Refusal,
    ) -> None:
        self._client = client
        self._service = service
        self._get_token = get_token
        self._patience = patience
        self._refusal = refusal
        self._token: str | None = None
        self.calls = 0

    async def get(
        self, request: Request, answer: type[AnswerT], *, max_bytes: int = MAX_ANSWER_BYTES
    ) -> AnswerT:
        """Ask, and read the answer.

        Raises:
            UnusableAnswerError: It has another shape than documented.
            MailTooLargeError: It has more than ``max_bytes``.
        """

        async def attempt() -> AnswerT:
            return self._read(request, answer, await self._authorised(request, max_bytes))

        return await self._persistent(attempt)

    async def get_bytes(self, request: Request, *, max_bytes: int) -> bytes:
        """Ask for bytes.

        Raises:
            MailTooLargeError: There are more than ``max_bytes``.
        """

        async def attempt() -> bytes:
            return await self._authorised(request, max_bytes)

        return await self._persistent(attempt)

    def _read(self, request: Request, answer: type[AnswerT], content: bytes) -> AnswerT:
        try:
            return answer.model_validate_json(content)
        except ValidationError:
            # The cause would show the answer, which may be a mail.
            raise UnusableAnswerError(
                f"{self._service}: {request.operation}: the answer is not what is documented"
            ) from None

    async def _persistent(self, attempt: Callable[[], Awaitable[ResultT]]) -> ResultT:
        retrying = AsyncRetrying(
            stop=stop_after_attempt(TRIES),
            wait=self._wait,
            retry=retry_if_exception(self._may_pass),
            reraise=True,
        )
        return await retrying(attempt)

    def _may_pass(self, error: BaseException) -> bool:
        if isinstance(error, RateLimitedError):
            return error.delay <= self._patience.longest_wait
        return isinstance(error, UnusableAnswerError) or (
            isinstance(error, ApiError) and error.is_retriable
        )

    def _wait(self, state: RetryCallState) -> float:
        backoff = wait_random_exponential(multiplier=self._patience.backoff.total_seconds())(state)
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimitedError):
            return max(backoff, error.delay.total_seconds())
        return backoff

    async def _authorised(self, request: Request, max_bytes: int) -> bytes:
        """Ask with the token in hand, and once more with a new one if it is rejected."""
        if self._token is None:
            self._token = await self._get_token(None)
        status, content = await self._send(request, self._token, max_bytes)
        if status == HTTPStatus.UNAUTHORIZED:
            self._token = await self._get_token(self._token)
            status, content = await self._send(request, self._token, max_bytes)
        if status == HTTPStatus.UNAUTHORIZED:
            raise AccessLostError(self._service, IntegrationErrorType.TOKEN_EXPIRED)
        if status != HTTPStatus.OK:
            raise self._refused(request, status, content)
        return content

    async def _send(self, request: Request, token: str, max_bytes: int) -> tuple[int, bytes]:
        self.calls += 1
        return await with_rate_limit(self._service, self._stream, request, token, max_bytes)

    async def _stream(self, request: Request, token: str, max_bytes: int) -> tuple[int, bytes]:
        headers = {**(request.headers or {}), "Authorization": f"Bearer {token}"}
        try:
            async with self._client.stream(
                "GET", request.url, params=list(request.params) or None, headers=headers
            ) as response:
                content = await _at_most(response, max_bytes)
        except httpx.TransportError as error:
            self._count(request, "unreachable")
            raise ProviderUnreachableError(
                self._service, f"{request.operation}: {type(error).__name__}"
            ) from error
        self._count(request, str(response.status_code))
        self._raise_passing_fault(request, response, content)
        return response.status_code, content

    def _raise_passing_fault(
        self, request: Request, response: httpx.Response, content: bytes
    ) -> None:
        status = response.status_code
        is_throttled = self._refusal(status, content) is IntegrationErrorType.RATE_LIMITED
        if status == HTTPStatus.TOO_MANY_REQUESTS or is_throttled:
            asked = parse_retry_after(response.headers.get("Retry-After"))
            delay = DEFAULT_DELAY if asked is None else asked
            raise RateLimitedError(self._service, request.operation, delay)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
            raise ProviderUnavailableError(self._service, request.operation, status)

    def _refused(self, request: Request, status: int, content: bytes) -> Exception:
        error_type = self._refusal(status, content)
        if error_type is not None:
            return AccessLostError(self._service, error_type)
        return ApiError(self._service, request.operation, status)

    def _count(self, request: Request, outcome: str) -> None:
        PROVIDER_CALLS.labels(self._service, request.operation, outcome).inc()


async def _at_most(response: httpx.Response, max_bytes: int) -> bytes:
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > max_bytes:
            raise MailTooLargeError
    return bytes(content)
