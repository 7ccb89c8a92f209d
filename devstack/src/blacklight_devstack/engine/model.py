"""The engine's own values, as they travel between its modules."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import orjson

EVENT_MAX_BYTES = 512 * 1024
STEP_OUTPUT_MAX_BYTES = 4 * 1024 * 1024
RUN_STATE_MAX_BYTES = 32 * 1024 * 1024
REQUEST_MAX_BYTES = 4 * 1024 * 1024
STEPS_MAX = 1_000
EVENTS_PER_REQUEST_MAX = 5_000

FUNCTION_FAILED = "inngest/function.failed"
FUNCTION_FINISHED = "inngest/function.finished"
FUNCTION_CANCELLED = "inngest/function.cancelled"
FUNCTION_INVOKED = "inngest/function.invoked"
SCHEDULED_TIMER = "inngest/scheduled.timer"


@dataclass(frozen=True, slots=True)
class Event:
    """An event: ``internal_id`` is the engine's ULID, ``id`` what the sender called it."""

    internal_id: str
    id: str
    name: str
    data: dict[str, Any]
    ts_ms: int
    user: dict[str, Any] = field(default_factory=dict)
    version: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The event as functions and expressions see it."""
        body = {
            "id": self.id,
            "name": self.name,
            "data": self.data,
            "ts": self.ts_ms,
            "user": self.user,
        }
        if self.version is not None:
            body["v"] = self.version
        return body

    def as_json(self) -> bytes:
        """The same as JSON."""
        return orjson.dumps(self.as_dict())

    @classmethod
    def from_json(cls, internal_id: str, body: bytes) -> "Event":
        """The inverse of :meth:`as_json`."""
        raw = orjson.loads(body)
        return cls(
            internal_id=internal_id,
            id=raw["id"],
            name=raw["name"],
            data=raw["data"],
            ts_ms=raw["ts"],
            user=raw["user"],
            version=raw.get("v"),
        )


class RunStatus(StrEnum):
    """Where a run stands, in the words of the real server's API."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``slots`` calls at a time share this key."""

    key: str
    slots: int


@dataclass(frozen=True, slots=True)
class Throttle:
    """Runs with this key start ``limit`` per ``period_ms``, ``limit + burst`` of them at once."""

    key: str
    limit: int
    period_ms: int
    burst: int


@dataclass(frozen=True, slots=True)
class Lane:
    """What holds back a call; calls with equal lanes wait in one queue."""

    app_id: str
    limits: tuple[Limit, ...] = ()
    throttle: Throttle | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a function; times are epoch milliseconds."""

    id: str
    fn_id: str
    app_id: str
    status: RunStatus
    queued_ms: int
    lane: Lane
    priority_ms: int = 0
    started_ms: int | None = None
    ended_ms: int | None = None
    output: bytes | None = None
    singleton_key: str | None = None
    plan_steps: bool = False
    rerun_of: str | None = None
    cron: str | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen in this run."""
        return self.ended_ms is not None

    @property
    def call_lane(self) -> Lane:
        """The lane of the run's next call: only the start of a run is throttled."""
        return self.lane if self.started_ms is None else replace(self.lane, throttle=None)


class JobKind(StrEnum):
    """What is due."""

    CALL = "call"
    SLEEP = "sleep"
    WAIT_TIMEOUT = "wait-timeout"
    START_TIMEOUT = "start-timeout"
    FINISH_TIMEOUT = "finish-timeout"
    BATCH = "batch"
    DEBOUNCE = "debounce"
    CRON = "cron"


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do at ``due_ms``; it is in the database until it is done.

    ``subject`` names the batch, debounce or cron schedule of the kinds that have no run. ``lane``
    and ``score`` are set for calls only; the lowest score goes first.
    """

    kind: JobKind
    due_ms: int
    fn_id: str
    run_id: str | None = None
    step_id: str | None = None
    subject: str | None = None
    attempt: int = 0
    id: int = 0
    lane: Lane | None = None
    score: int = 0


class StepStatus(StrEnum):
    """Whether a step has its memo."""

    PENDING = "pending"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a run; ``memo`` is the JSON that the SDK gets for it once it is done."""

    run_id: str
    id: str
    name: str
    op: str
    status: StepStatus
    started_ms: int
    race: bool = False
    memo: bytes | None = None
    ended_ms: int | None = None
    opts: bytes | None = None


@dataclass(frozen=True, slots=True)
class SdkError:
    """An error as the SDK reports it and as ``on_failure`` receives it."""

    name: str
    message: str
    stack: str = ""

    def as_dict(self) -> dict[str, str]:
        """The protocol's shape."""
        return {"name": self.name, "message": self.message, "stack": self.stack}
