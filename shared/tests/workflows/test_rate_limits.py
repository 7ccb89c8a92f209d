"""Limits of external services, on a clock of the test."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import pytest
from blacklight_shared.workflows import (
    RATE_LIMITS,
    RetriableError,
    Service,
    rate_limit_delay,
    with_rate_limit,
)


class SkippingLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands still, and jumps to the next timer when all have waited."""

    _now_seconds = 0.0

    def time(self) -> float:
        return self._now_seconds

    def _run_once(self) -> None:
        timers = self._scheduled  # type: ignore[attr-defined]
        if not self._ready and timers:  # type: ignore[attr-defined]
            # A real clock never shows exactly the time that was waited for.
            self._now_seconds = max(self._now_seconds, timers[0].when()) + 1e-6
        super()._run_once()  # type: ignore[misc]


def run_on_skipping_clock(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        runner.run(main())


@pytest.mark.parametrize("service", Service)
def test_calls_keep_their_distance(service: Service) -> None:
    times: list[float] = []

    async def call() -> None:
        times.append(asyncio.get_running_loop().time())

    async def main() -> None:
        await asyncio.gather(*(with_rate_limit(service, call) for _ in range(10)))

    run_on_skipping_clock(main)

    delay_seconds = rate_limit_delay(service).total_seconds()
    assert len(times) == 10
    assert all(
        later - earlier >= delay_seconds * 0.9 for earlier, later in itertools.pairwise(times)
    )


def test_services_do_not_wait_for_each_other() -> None:
    order: list[Service] = []

    async def call(service: Service) -> None:
        order.append(service)

    async def main() -> None:
        await asyncio.gather(
            *(with_rate_limit(Service.SMTP, call, Service.SMTP) for _ in range(3)),
            *(with_rate_limit(Service.GMAIL, call, Service.GMAIL) for _ in range(3)),
        )

    run_on_skipping_clock(main)

    assert order[:2] == [Service.SMTP, Service.GMAIL]
    assert order[-2:] == [Service.SMTP, Service.SMTP]


async def test_gives_the_result_of_the_call() -> None:
    async def call(first: int, *, second: int) -> int:
        return first + second

    assert await with_rate_limit(Service.VOYAGE, call, 1, second=2) == 3


async def test_faults_are_workflow_errors() -> None:
    async def embed() -> None:
        raise TimeoutError

    with pytest.raises(RetriableError, match="embed: TimeoutError"):
        await with_rate_limit(Service.VOYAGE, embed)


def test_every_service_has_a_limit() -> None:
    assert set(RATE_LIMITS) == set(Service)
    assert RATE_LIMITS[Service.VOYAGE].batch_size == 128
    assert rate_limit_delay(Service.VOYAGE) == timedelta(milliseconds=200)
    assert rate_limit_delay(Service.ANTHROPIC) == timedelta(seconds=1)
