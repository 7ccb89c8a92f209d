"""The loop that does what is due."""

import asyncio
import heapq
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import count

from blacklight_devstack.engine.clock import Clock
from blacklight_devstack.engine.executor import Executor
from blacklight_devstack.engine.model import Job, JobKind
from blacklight_devstack.engine.ready import ReadyQueue
from blacklight_devstack.engine.timers import Timers

_log = logging.getLogger(__name__)

_CALLS_MAX = 100
_TIMERS_PER_PASS = 100
_IDLE_MS = 60_000.0
_AFTER_FAULT_MS = 5_000


class Scheduler:
    """Holds all jobs in memory, fires timers and keeps calls under way."""

    def __init__(self, clock: Clock, ready: ReadyQueue, executor: Executor, timers: Timers) -> None:
        self._clock = clock
        self._ready = ready
        self._executor = executor
        self._timers = timers
        self._later: list[tuple[int, int, Job]] = []
        self._sequence = count()
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()
        self._closing = False

    def add(self, jobs: Iterable[Job]) -> None:
        """Take over jobs that are in the database."""
        for job in jobs:
            heapq.heappush(self._later, (job.due_ms, next(self._sequence), job))
            self._changed.set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._changed.clear()
            self._fire_due()
            self._start_calls()
            await self._sleep()

    async def drain(self, patience: timedelta) -> None:
        """Let the calls under way end; those that do not are made again after the next start."""
        self._closing = True
        if not self._calls:
            return
        _, unfinished = await asyncio.wait(self._calls.values(), timeout=patience.total_seconds())
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    def _fire_due(self) -> None:
        now_ms = self._clock.now_ms()
        fired = 0
        while self._later and self._later[0][0] <= now_ms and fired < _TIMERS_PER_PASS:
            _, _, job = heapq.heappop(self._later)
            if job.kind is JobKind.CALL:
                self._ready.push(job)
            else:
                fired += 1
                self._fire(job)

    def _fire(self, job: Job) -> None:
        try:
            self._timers.fire(job)
        except Exception:
            _log.exception("job %s (%s of %s) failed", job.id, job.kind, job.fn_id)
            self._later_again(job)

    def _start_calls(self) -> None:
        while not self._closing and len(self._calls) < _CALLS_MAX:
            job = self._ready.take(self._clock.now_ms())
            if job is None:
                return
            task = asyncio.create_task(self._call(job))
            self._calls[job.id] = task

    async def _call(self, job: Job) -> None:
        again: Job | None = None
        try:
            again = await self._executor.execute(job)
        except Exception:
            _log.exception("the call for run %s failed", job.run_id)
            self._later_again(job)
        finally:
            self._ready.release(job)
            del self._calls[job.id]
            if again is not None:
                self._ready.push(again)
            self._changed.set()

    def _later_again(self, job: Job) -> None:
        """Keep a job that the engine itself failed on, so that the run does not get lost."""
        self.add([replace(job, due_ms=self._clock.now_ms() + _AFTER_FAULT_MS)])

    async def _sleep(self) -> None:
        now_ms = self._clock.now_ms()
        wake_ms = self._later[0][0] if self._later else now_ms + _IDLE_MS
        wake_ms = min(wake_ms, self._ready.next_wake_ms() or wake_ms)
        try:
            async with asyncio.timeout(max(wake_ms - now_ms, 0) / 1000):
                await self._changed.wait()
        except TimeoutError:
            return
