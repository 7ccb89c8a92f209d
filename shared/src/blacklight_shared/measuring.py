"""Gauges that come from the database: measured again and again while a process runs.

Every replica measures the same, so whoever reads such a gauge takes the maximum, not the sum.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

MEASURING_INTERVAL = timedelta(seconds=15)
"""How often Prometheus usually asks."""

_log = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def measured(
    measure: Callable[[], Awaitable[None]], *, every: timedelta = MEASURING_INTERVAL
) -> AsyncIterator[None]:
    """Measure at once and again at intervals, while the block runs.

    Args:
        measure: Brings gauges up to date. While the database is away they keep what they say.
        every: Time between the end of a measurement and the next one.
    """
    task = asyncio.create_task(_measure_for_ever(measure, every))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])


async def _measure_for_ever(measure: Callable[[], Awaitable[None]], every: timedelta) -> None:
    while True:
        try:
            await measure()
        except (SQLAlchemyError, OSError) as fault:
            # A database error's own text can hold values.
            _log.warning("gauges.not_measured", reason=type(fault).__name__)
        await asyncio.sleep(every.total_seconds())
