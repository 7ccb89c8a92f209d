from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from blacklight_shared.measuring import measured
from sqlalchemy.exc import OperationalError

OFTEN = timedelta(milliseconds=1)


async def test_measures_at_once_and_stops_at_the_end() -> None:
    seen = asyncio.Event()
    count = 0

    async def measure() -> None:
        nonlocal count
        count += 1
        seen.set()

    async with measured(measure, every=timedelta(hours=1)):
        await seen.wait()
    assert count == 1


@pytest.mark.parametrize("fault", [OperationalError("SELECT", {}, Exception()), OSError()])
async def test_goes_on_when_the_database_was_away(fault: Exception) -> None:
    faults = [fault]
    seen = asyncio.Event()

    async def measure() -> None:
        if faults:
            raise faults.pop()
        seen.set()

    async with measured(measure, every=OFTEN):
        await seen.wait()
    assert faults == []


async def test_the_end_does_not_wait_for_a_measurement() -> None:
    begun = asyncio.Event()
    is_cancelled = False

    async def measure() -> None:
        nonlocal is_cancelled
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            is_cancelled = True
            raise

    async with measured(measure, every=OFTEN):
        await begun.wait()
    assert is_cancelled
