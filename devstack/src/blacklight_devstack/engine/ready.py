"""Calls that are due, and which of them may go out now."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from blacklight_devstack.engine.model import Job, Lane

Hold = Callable[[Lane], float | None]
"""Says until when (epoch milliseconds) a lane is held back by time, or None to let a call go."""

Stale = Callable[[Job], bool]
"""Says whether a call has been dropped since it was pushed."""


@dataclass(slots=True)
class _Queue:
    lane: Lane
    heap: list[tuple[int, int, Job]] = field(default_factory=list)

    @property
    def rank(self) -> tuple[int, int]:
        return self.heap[0][:2]


class ReadyQueue:
    """Due calls by lane; the call with the lowest score that nothing holds back comes first.

    A lane that meets a full limit waits at that limit and is not looked at again until a slot of it
    is free, so many thousand held calls cost nothing.
    """

    def __init__(self, hold: Hold, stale: Stale) -> None:
        self._hold = hold
        self._stale = stale
        self._sequence = count()
        self._queues: dict[Lane, _Queue] = {}
        self._open: list[tuple[int, int, Lane]] = []
        self._at_limit: dict[str, list[tuple[int, int, Lane]]] = {}
        self._freed: set[str] = set()
        self._held: list[tuple[float, int, Lane]] = []
        self._in_use: Counter[str] = Counter()
        self._waiting_lanes: set[Lane] = set()

    def push(self, job: Job) -> None:
        """Add a due call."""
        if job.lane is None:
            raise ValueError(f"job {job.id} is not a call")
        queue = self._queues.setdefault(job.lane, _Queue(job.lane))
        entry = (job.score, next(self._sequence), job)
        heapq.heappush(queue.heap, entry)
        if queue.heap[0] is entry and job.lane not in self._waiting_lanes:
            heapq.heappush(self._open, (*queue.rank, job.lane))

    def take(self, now_ms: int) -> Job | None:
        """The next call to make, holding its slots until :meth:`release`; None when all wait."""
        self._wake(now_ms)
        while True:
            self._reopen_freed()
            if not self._open:
                return None
            *rank, lane = heapq.heappop(self._open)
            queue = self._queues.get(lane)
            if queue is None or lane in self._waiting_lanes or list(queue.rank) != rank:
                continue
            if self._stale(queue.heap[0][2]):
                heapq.heappop(queue.heap)
                self._reopen(queue)
                continue
            if self._park(queue):
                continue
            _, _, job = heapq.heappop(queue.heap)
            self._in_use.update(limit.key for limit in lane.limits)
            self._reopen(queue)
            return job

    def release(self, job: Job) -> None:
        """The call is over; its slots are free."""
        if job.lane is None:
            return
        for limit in job.lane.limits:
            self._in_use[limit.key] -= 1
            if self._in_use[limit.key] <= 0:
                del self._in_use[limit.key]
            if limit.key in self._at_limit:
                self._freed.add(limit.key)

    def next_wake_ms(self) -> float | None:
        """When the first lane that is held back by time may be tried again."""
        return self._held[0][0] if self._held else None

    def _wake(self, now_ms: int) -> None:
        while self._held and self._held[0][0] <= now_ms:
            _, _, lane = heapq.heappop(self._held)
            self._waiting_lanes.discard(lane)
            self._reopen(self._queues[lane])

    def _reopen_freed(self) -> None:
        """Give each freed slot to the best lane that waits for it."""
        for key in list(self._freed):
            lanes = self._at_limit.get(key)
            if not lanes:
                self._at_limit.pop(key, None)
                self._freed.discard(key)
                continue
            lane = heapq.heappop(lanes)[2]
            self._waiting_lanes.discard(lane)
            self._reopen(self._queues[lane])

    def _park(self, queue: _Queue) -> bool:
        """Set a lane aside if something holds it back."""
        lane = queue.lane
        for limit in lane.limits:
            if limit.slots and self._in_use[limit.key] >= limit.slots:
                self._freed.discard(limit.key)
                heapq.heappush(self._at_limit.setdefault(limit.key, []), (*queue.rank, lane))
                self._waiting_lanes.add(lane)
                return True
        until_ms = self._hold(lane)
        if until_ms is None:
            return False
        heapq.heappush(self._held, (until_ms, next(self._sequence), lane))
        self._waiting_lanes.add(lane)
        return True

    def _reopen(self, queue: _Queue) -> None:
        if queue.heap:
            heapq.heappush(self._open, (*queue.rank, queue.lane))
        else:
            del self._queues[queue.lane]
