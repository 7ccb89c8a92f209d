"""HTTP to the providers' sign-in services: timeouts, trust, and faults as workflow errors."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from http import HTTPStatus
from pathlib import Path

import httpx

from blacklight_shared.workflows import ApiError, parse_retry_after

_DEADLINE_TIMEOUTS = 3


@dataclass(frozen=True)
class SignInHttp:
    """How a provider's sign-in service is reached.

    Calls are rare (one an hour for a mailbox), so each opens its own connection.

    Attributes:
        service: The provider's name, for errors.
        timeout: To connect, and between two parts of an answer.
        ca_file: Certificates to trust instead of the usual ones.
    """

    service: str
    timeout: timedelta
    ca_file: Path | None

    def async_client(self) -> httpx.AsyncClient:
        """A client; the caller closes it."""
        return httpx.AsyncClient(verify=self._tls, timeout=self.timeout.total_seconds())

    def client(self) -> httpx.Client:
        """The same for a library that blocks."""
        return httpx.Client(verify=self._tls, timeout=self.timeout.total_seconds())

    def deadline(self) -> asyncio.Timeout:
        """Ends a call as a whole, however slowly its answer drips."""
        return asyncio.timeout((_DEADLINE_TIMEOUTS * self.timeout).total_seconds())

    def check(self, response: httpx.Response) -> httpx.Response:
        """The response, unless the provider is failing or over its limit.

        Raises:
            ApiError: Status 5xx, 408 or 429.
        """
        status = response.status_code
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in {
            HTTPStatus.REQUEST_TIMEOUT,
            HTTPStatus.TOO_MANY_REQUESTS,
        }:
            delay = parse_retry_after(response.headers.get("Retry-After"))
            raise ApiError(self.service, "sign-in failed", status, retry_after=delay)
        return response

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        if self.ca_file is None:
            return httpx.create_ssl_context()
        return ssl.create_default_context(cafile=str(self.ca_file))
