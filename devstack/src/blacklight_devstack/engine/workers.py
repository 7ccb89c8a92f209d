"""Where apps are reached, and the calls to them."""

import logging
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from blacklight_devstack.engine.clock import Clock
from blacklight_devstack.engine.options import EngineOptions
from blacklight_devstack.engine.outcomes import Outcome, Unreachable, read_response
from blacklight_devstack.engine.signing import sign

_log = logging.getLogger(__name__)

_CALL_TIMEOUT = aiohttp.ClientTimeout(total=2 * 3600, sock_connect=5)
_SYNC_TIMEOUT = aiohttp.ClientTimeout(total=10)
_KEEP_ALIVE_S = 2
"""Shorter than servers keep idle connections, so that none is reused as it is being closed."""

_FIRST_PAUSE_MS = 100
_FAILURES_BEFORE_REMOVAL = 10


@dataclass(slots=True)
class _Endpoint:
    url: str
    failures: int = 0
    down_until_ms: int = 0


class Workers:
    """The processes that serve apps.

    An app may be served at several URLs (replicas); calls go round among those that answer. A URL
    that refuses connections is left alone for a moment, and an app without any working URL keeps
    its calls waiting.
    """

    def __init__(self, clock: Clock, options: EngineOptions) -> None:
        self._clock = clock
        self._options = options
        self._endpoints: dict[str, list[_Endpoint]] = {}
        self._turn: dict[str, int] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEEP_ALIVE_S)
        self._session = aiohttp.ClientSession(connector=connector)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.close()

    def add(self, app_id: str, url: str) -> None:
        """An app was synced from this URL, so it answers there."""
        endpoints = self._endpoints.setdefault(app_id, [])
        for endpoint in endpoints:
            if endpoint.url == url:
                endpoint.failures = endpoint.down_until_ms = 0
                return
        endpoints.append(_Endpoint(url))

    def urls(self, app_id: str) -> list[str]:
        """Where an app is served."""
        return [endpoint.url for endpoint in self._endpoints.get(app_id, [])]

    def away_until_ms(self, app_id: str) -> float | None:
        """When to look again for an app that cannot be reached now, or None when it can be."""
        now_ms = self._clock.now_ms()
        endpoints = self._endpoints.get(app_id)
        if not endpoints:
            return now_ms + self._options.tick.total_seconds() * 1000
        first_ms = min(endpoint.down_until_ms for endpoint in endpoints)
        return first_ms if first_ms > now_ms else None

    async def call(
        self, app_id: str, fn_id: str, step_id: str | None, body: bytes, headers: dict[str, str]
    ) -> Outcome:
        """Ask an app to run a function, or one planned step of it."""
        endpoint = self._choose(app_id)
        if endpoint is None:
            return Unreachable(f"app {app_id} has not been synced")
        query = urlencode({"fnId": fn_id, "stepId": step_id or "step"})
        request = self._client.post(
            URL(f"{endpoint.url}?{query}", encoded=True),
            data=body,
            headers=headers | self._headers(body),
            timeout=_CALL_TIMEOUT,
        )
        try:
            async with request as response:
                content = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(app_id, endpoint)
            return Unreachable(f"{endpoint.url}: {type(error).__name__} {error}".rstrip())
        endpoint.failures = endpoint.down_until_ms = 0
        answered = {name.lower(): value for name, value in response.headers.items()}
        return read_response(response.status, answered, content, self._clock.now_ms())

    async def ask_to_sync(self, url: str) -> bool:
        """Ask an SDK to register its app; True when it did."""
        request = self._client.put(url, headers=self._headers(b""), timeout=_SYNC_TIMEOUT)
        try:
            async with request as response:
                if not response.ok:
                    reason = await response.text(errors="replace")
                    _log.warning("%s refused to sync: %s %s", url, response.status, reason)
                return response.ok
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.debug("%s cannot be synced: %s", url, error)
            return False

    @property
    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("workers are called inside their context only")
        return self._session

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {
            "content-type": "application/json",
            "x-inngest-server-kind": self._options.server_kind,
        }
        if self._options.signing_key is not None:
            now_s = self._clock.now_ms() // 1000
            headers["x-inngest-signature"] = sign(body, self._options.signing_key, now_s)
        return headers

    def _choose(self, app_id: str) -> _Endpoint | None:
        endpoints = self._endpoints.get(app_id, [])
        now_ms = self._clock.now_ms()
        up = [endpoint for endpoint in endpoints if endpoint.down_until_ms <= now_ms] or endpoints
        if not up:
            return None
        turn = self._turn.get(app_id, 0)
        self._turn[app_id] = turn + 1
        return up[turn % len(up)]

    def _failed(self, app_id: str, endpoint: _Endpoint) -> None:
        endpoint.failures += 1
        longest_ms = round(self._options.longest_pause.total_seconds() * 1000)
        pause_ms = min(_FIRST_PAUSE_MS * 2 ** (endpoint.failures - 1), longest_ms)
        endpoint.down_until_ms = self._clock.now_ms() + pause_ms
        others = [other for other in self._endpoints[app_id] if other is not endpoint]
        if endpoint.failures >= _FAILURES_BEFORE_REMOVAL and any(o.failures == 0 for o in others):
            self._endpoints[app_id] = others
