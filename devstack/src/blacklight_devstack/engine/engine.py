"""The engine put together: what an HTTP request or a start of the process sets in motion."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from blacklight_devstack.engine.clock import Clock, SystemClock
from blacklight_devstack.engine.executor import Executor, invocation_event
from blacklight_devstack.engine.gcra import Rate
from blacklight_devstack.engine.listeners import Listeners
from blacklight_devstack.engine.model import Event, Job, JobKind, Lane
from blacklight_devstack.engine.options import EngineOptions
from blacklight_devstack.engine.ready import ReadyQueue
from blacklight_devstack.engine.registration import SyncRequest
from blacklight_devstack.engine.registry import Registry
from blacklight_devstack.engine.runs import Runs
from blacklight_devstack.engine.scheduler import Scheduler
from blacklight_devstack.engine.store import events, flow, jobs, runs
from blacklight_devstack.engine.store.database import Database, Transaction
from blacklight_devstack.engine.sync import Syncer
from blacklight_devstack.engine.timers import Timers
from blacklight_devstack.engine.triggers import Triggers
from blacklight_devstack.engine.workers import Workers

_log = logging.getLogger(__name__)

_SHUTDOWN_PATIENCE = timedelta(seconds=4)
_RETENTION = timedelta(days=7)
_CLEANING_INTERVAL = timedelta(minutes=10)


class UnknownError(LookupError):
    """What was asked for is not there; the message says what."""


class Engine:
    """All parts, wired; one per process.

    Args:
        options: How to run.
        clock: Where the time comes from.
        on_fault: Called when a part of the engine fails, so that it does not only look alive.
    """

    def __init__(
        self,
        options: EngineOptions,
        clock: Clock | None = None,
        on_fault: Callable[[], None] | None = None,
    ) -> None:
        self.options = options
        self._on_fault = on_fault
        self.clock = clock or SystemClock()
        self.database = Database(options.db)
        self.registry = Registry()
        self.workers = Workers(self.clock, options)
        self._runs = Runs(self.clock)
        self._triggers = Triggers(self.clock, self.registry, self._runs)
        self._listeners = Listeners(self.clock, self._runs)
        self._timers = Timers(self.database, self.clock, self.registry, self._runs, self._triggers)
        self._syncer = Syncer(
            self.database, self.clock, self.registry, self.workers, self._timers, options
        )
        executor = Executor(
            self.database, self.clock, self.registry, self._runs, self.workers, options
        )
        self._ready = ReadyQueue(self._held_until_ms, self._is_dropped)
        self._scheduler = Scheduler(self.clock, self._ready, executor, self._timers)
        self.database.on_commit = self._scheduler.add
        self.database.on_events = self._handle_events

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Go on with everything that is in the database, until the block ends."""
        self._syncer.load()
        self._scheduler.add(_without_old_calls(jobs.load_all(self.database)))
        async with self.workers:
            tasks = [
                asyncio.create_task(self._scheduler.run()),
                asyncio.create_task(self._syncer.poll()),
                asyncio.create_task(self._clean()),
            ]
            for task in tasks:
                task.add_done_callback(self._notice_fault)
            try:
                yield
            finally:
                await self.drain()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self.database.close()

    async def drain(self) -> None:
        """Start no more calls and let those under way end, while events are still taken."""
        await self._scheduler.drain(_SHUTDOWN_PATIENCE)

    def register(self, request: SyncRequest) -> bool:
        """Take an app's registration; True when it differs from the last one."""
        return self._syncer.register(request)

    def publish(self, new_events: Sequence[Event]) -> None:
        """Store events and start, resume and cancel what they concern, all or nothing."""
        with self.database.transaction() as work:
            for event in new_events:
                work.add_event(event)

    def invoke(self, fn_id: str, data: dict[str, object]) -> Event:
        """Call one function now, whatever its triggers are.

        Raises:
            UnknownError: There is no such function.
        """
        if self.registry.find_active(fn_id) is None:
            raise UnknownError(f"there is no function {fn_id}")
        event = invocation_event(fn_id, data, self.clock.now_ms())
        self.publish([event])
        return event

    def cancel(self, run_id: str) -> bool:
        """End a run; False when it has ended already.

        Raises:
            UnknownError: There is no such run.
        """
        with self.database.transaction() as work:
            if runs.get_run(work, run_id) is None:
                raise UnknownError(f"there is no run {run_id}")
            return self._runs.cancel(work, run_id)

    def rerun(self, run_id: str) -> str:
        """Start a run again on the same events; returns the id of the new run.

        Raises:
            UnknownError: There is no such run, or its function is gone.
        """
        with self.database.transaction() as work:
            run = runs.get_run(work, run_id)
            function = self.registry.find(run.fn_id) if run else None
            if run is None or function is None:
                raise UnknownError(f"there is no run {run_id}")
            return self._runs.rerun(work, function, run).id

    def _notice_fault(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.critical("a part of the engine failed", exc_info=error)
            if self._on_fault is not None:
                self._on_fault()

    def _handle_events(self, work: Transaction, new_events: list[Event]) -> None:
        now_ms = self.clock.now_ms()
        for event in new_events:
            if events.add_event(work, event, now_ms):
                self._triggers.handle(work, event)
                self._listeners.handle(work, event)

    def _held_until_ms(self, lane: Lane) -> float | None:
        away_ms = self.workers.away_until_ms(lane.app_id)
        if away_ms is not None or lane.throttle is None:
            return away_ms
        throttle = lane.throttle
        rate = Rate.for_throttle(throttle.limit, throttle.period_ms, throttle.burst)
        with self.database.transaction() as work:
            return flow.admit_at_rate(work, throttle.key, rate, self.clock.now_ms())

    def _is_dropped(self, job: Job) -> bool:
        return not jobs.exists(self.database, job.id)

    async def _clean(self) -> None:
        while True:
            now_ms = self.clock.now_ms()
            with self.database.transaction() as work:
                flow.drop_expired(work, now_ms)
                runs.drop_ended(work, now_ms - round(_RETENTION.total_seconds() * 1000))
            await asyncio.sleep(_CLEANING_INTERVAL.total_seconds())


def _without_old_calls(stored: list[Job]) -> list[Job]:
    """Calls whose run is gone have no lane; nothing is left to be done for them."""
    return [job for job in stored if job.kind is not JobKind.CALL or job.lane is not None]
