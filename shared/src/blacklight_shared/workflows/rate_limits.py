"""How fast external services may be called, and how much fits into one call.

The limits here hold within one process. Across replicas a workflow adds ``throttle`` or
``concurrency``, which the engine enforces, and honours what the service answers: ``ApiError`` waits
as long as ``Retry-After`` says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ParamSpec, TypeVar

from aiolimiter import AsyncLimiter

from blacklight_shared.workflows.translation import translating_errors

ParamsT = ParamSpec("ParamsT")
ResultT = TypeVar("ResultT")


class Service(StrEnum):
    """An external service that limits its callers."""

    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    GMAIL = "gmail"
    MICROSOFT_GRAPH = "microsoft_graph"
    OPENAI = "openai"
    SMTP = "smtp"
    VOYAGE = "voyage"


@dataclass(frozen=True, slots=True)
class ServiceLimit:
    """How one service may be called.

    Attributes:
        requests: Calls that are allowed in ``period``.
        period: The time they are counted over.
        batch_size: The most items that one call may carry.
    """

    requests: int
    period: timedelta
    batch_size: int = 1

    @property
    def delay(self) -> timedelta:
        """The time between two calls that are spread evenly."""
        return self.period / self.requests


_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)

RATE_LIMITS: dict[Service, ServiceLimit] = {
    Service.ANTHROPIC: ServiceLimit(60, _MINUTE),
    Service.GEMINI: ServiceLimit(5, _SECOND, batch_size=100),
    Service.GMAIL: ServiceLimit(50, _SECOND, batch_size=100),
    Service.MICROSOFT_GRAPH: ServiceLimit(15, _SECOND, batch_size=20),
    Service.OPENAI: ServiceLimit(5, _SECOND, batch_size=2048),
    Service.SMTP: ServiceLimit(50, _MINUTE),
    Service.VOYAGE: ServiceLimit(5, _SECOND, batch_size=128),
}

_limiters: dict[tuple[asyncio.AbstractEventLoop, Service], AsyncLimiter] = {}


def rate_limit_delay(service: Service) -> timedelta:
    """How long a run sleeps between two calls of a service: ``ctx.step.sleep(id, delay)``."""
    return RATE_LIMITS[service].delay


async def with_rate_limit(
    service: Service,
    call: Callable[ParamsT, Awaitable[ResultT]],
    *args: ParamsT.args,
    **kwargs: ParamsT.kwargs,
) -> ResultT:
    """Call a service, waiting until its limit allows it.

    All callers of the process share the limit. Faults of the call are raised as workflow errors.

    Args:
        service: Whose limit holds.
        call: Makes the call.
        *args: Arguments of ``call``.
        **kwargs: Arguments of ``call``.

    Raises:
        ApiError: The service refused, or could not be reached.
    """
    async with (
        _limiter(service),
        translating_errors(getattr(call, "__name__", "call"), service=service),
    ):
        return await call(*args, **kwargs)


def _limiter(service: Service) -> AsyncLimiter:
    key = (asyncio.get_running_loop(), service)
    if key not in _limiters:
        # One call per delay spreads them evenly; the limit per period would let bursts through.
        _limiters[key] = AsyncLimiter(1, rate_limit_delay(service).total_seconds())
    return _limiters[key]
