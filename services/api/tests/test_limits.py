from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from blacklight_api.app import create_app
from blacklight_api.limits import DEFAULT_MAX_BODY_BYTES, RateLimiter, RequestLimits, limited
from blacklight_api.problems import TooManyRequests
from blacklight_api.routing import gateway_router
from blacklight_api.settings import ApiSettings
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from services.api.tests.conftest import Tenant

CANDIDATES = "/api/v1/candidates"


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def allowed(limiter: RateLimiter, key: str = "a") -> bool:
    try:
        limiter.check(key)
    except TooManyRequests:
        return False
    return True


class TestRateLimiter:
    @given(per_minute=st.integers(1, 500))
    def test_takes_a_minutes_worth_at_once_and_no_more(self, per_minute: int) -> None:
        limiter = RateLimiter(per_minute, Clock())
        assert [allowed(limiter) for _ in range(per_minute + 3)].count(True) == per_minute

    @given(
        per_minute=st.integers(1, 100),
        pauses=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=200),
    )
    def test_never_takes_more_than_its_rate_over_time(
        self, per_minute: int, pauses: list[float]
    ) -> None:
        clock = Clock()
        limiter, start, taken = RateLimiter(per_minute, clock), clock.now, 0
        for pause in pauses:
            clock.now += pause
            taken += allowed(limiter)
        assert taken <= per_minute + (clock.now - start) * per_minute / 60 + 1e-6

    @given(per_minute=st.integers(1, 500))
    def test_takes_the_next_one_when_it_said(self, per_minute: int) -> None:
        clock = Clock()
        limiter = RateLimiter(per_minute, clock)
        while allowed(limiter):
            pass
        with pytest.raises(TooManyRequests) as refused:
            limiter.check("a")
        assert refused.value.headers is not None
        clock.now += int(refused.value.headers["Retry-After"])
        assert allowed(limiter)

    def test_keys_do_not_share(self) -> None:
        limiter = RateLimiter(1, Clock())
        assert allowed(limiter, "a")
        assert allowed(limiter, "b")
        assert not allowed(limiter, "a")


class TestRequests:
    async def test_over_the_rate_is_429(self, app: FastAPI, tenant: Tenant) -> None:
        limited_gateway = RateLimiter(2)
        object.__setattr__(app.state.gateway, "rate_limiter", limited_gateway)
        statuses = [(await tenant.http.get(CANDIDATES)).status_code for _ in range(2)]
        refused = await tenant.http.get(CANDIDATES)
        assert statuses == [200, 200]
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 30

    async def test_an_announced_body_too_large_is_413(self, tenant: Tenant) -> None:
        response = await tenant.http.post(CANDIDATES, content=b"x" * (DEFAULT_MAX_BODY_BYTES + 1))
        assert response.status_code == 413
        assert f"{DEFAULT_MAX_BODY_BYTES:,}" in response.json()["detail"]

    async def test_a_streamed_body_too_large_is_413(self, tenant: Tenant) -> None:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(DEFAULT_MAX_BODY_BYTES // 65_536 + 1):
                yield b" " * 65_536

        response = await tenant.http.post(
            CANDIDATES, content=chunks(), headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 413
        assert response.headers["Content-Type"] == "application/problem+json"

    async def test_a_body_without_a_key_is_not_read(self, anonymous: httpx.AsyncClient) -> None:
        read: list[bytes] = []

        async def chunks() -> AsyncIterator[bytes]:
            read.append(b"{}")
            yield read[-1]

        response = await anonymous.post(CANDIDATES, content=chunks())
        assert response.status_code == 401
        assert read == []

    async def test_too_slow_is_503(self, settings: ApiSettings, tenant: Tenant) -> None:
        router = gateway_router("/slow", "test")

        @router.get("")
        @limited(RequestLimits(timeout=timedelta(milliseconds=50)))
        async def slow() -> None:
            await asyncio.sleep(60)

        app = create_app(settings)
        app.include_router(router)
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://gateway"
        ) as client:
            response = await client.get("/slow", headers={"Authorization": f"Bearer {tenant.key}"})
        await app.state.gateway.database.close()
        assert response.status_code == 503
        assert "Retry-After" in response.headers
