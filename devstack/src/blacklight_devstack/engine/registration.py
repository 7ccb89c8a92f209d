"""The sync payload of an SDK (specification §4.3.2), checked field by field."""

import hashlib
from typing import Annotated, Any, Literal, Self

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from blacklight_devstack.engine.cron import check_cron
from blacklight_devstack.engine.durations import parse_deadline_ms, parse_duration_ms
from blacklight_devstack.engine.expressions import check_expression

_DEFAULT_RETRIES = 4
_MAX_RETRIES = 20


def _duration(text: str) -> str:
    parse_duration_ms(text)
    return text


def _deadline(text: str) -> str:
    parse_deadline_ms(text, 0)
    return text


def _expression(text: str) -> str:
    check_expression(text)
    return text


def _cron(text: str) -> str:
    check_cron(text)
    return text


Duration = Annotated[str, AfterValidator(_duration)]
Deadline = Annotated[str, AfterValidator(_deadline)]
Expression = Annotated[str, AfterValidator(_expression)]
Cron = Annotated[str, AfterValidator(_cron)]


class _Config(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class Trigger(_Config):
    """An event name with an optional condition, or a cron schedule."""

    event: str | None = None
    expression: Expression | None = None
    cron: Cron | None = None

    @model_validator(mode="after")
    def _event_or_cron(self) -> Self:
        if (self.event is None) == (self.cron is None):
            raise ValueError("a trigger has either an event or a cron schedule")
        return self


class BatchConfig(_Config):
    """Several events for one run."""

    max_size: int = Field(ge=1)
    timeout: Duration = "60s"
    key: Expression | None = None
    condition: Expression | None = Field(default=None, alias="if")


class CancelConfig(_Config):
    """An event that ends a run before its time."""

    event: str
    condition: Expression | None = Field(default=None, alias="if")
    timeout: Deadline | None = None


class ConcurrencyConfig(_Config):
    """How many calls run at a time."""

    limit: int = Field(ge=0)
    key: Expression | None = None
    scope: Literal["fn", "env", "account"] = "fn"


class RateLimitConfig(_Config):
    """Runs over the limit are dropped."""

    limit: int = Field(ge=1)
    period: Duration
    key: Expression | None = None


class ThrottleConfig(_Config):
    """Runs over the limit wait."""

    limit: int = Field(ge=1)
    period: Duration
    key: Expression | None = None
    burst: int = Field(default=0, ge=0)


class DebounceConfig(_Config):
    """A run waits until its events pause."""

    period: Duration
    key: Expression | None = None
    timeout: Duration | None = None


class PriorityConfig(_Config):
    """Seconds by which a run jumps the queue."""

    run: Expression | None = None


class SingletonConfig(_Config):
    """One run at a time; a second one is skipped or takes over."""

    mode: Literal["skip", "cancel"]
    key: Expression | None = None


class TimeoutsConfig(_Config):
    """How long a run may wait for its start, and take in all."""

    start: Duration | None = None
    finish: Duration | None = None


class RetriesConfig(_Config):
    """Attempts after the first."""

    attempts: int = Field(default=_DEFAULT_RETRIES, ge=0)


class RuntimeConfig(_Config):
    """How a function is reached; only HTTP is served."""

    type: Literal["http"] = "http"
    url: str


class StepConfig(_Config):
    """The one step that stands for the whole function."""

    runtime: RuntimeConfig
    retries: RetriesConfig = RetriesConfig()


class FunctionConfig(_Config):
    """A function of an app; ``id`` is the composite ``app-function``."""

    id: str
    name: str | None = None
    triggers: tuple[Trigger, ...] = Field(min_length=1, max_length=10)
    steps: dict[str, StepConfig] = Field(min_length=1)
    batch_events: BatchConfig | None = None
    cancel: tuple[CancelConfig, ...] = Field(default=(), max_length=5)
    concurrency: tuple[ConcurrencyConfig, ...] = Field(default=(), max_length=2)
    debounce: DebounceConfig | None = None
    idempotency: Expression | None = None
    priority: PriorityConfig | None = None
    rate_limit: RateLimitConfig | None = None
    singleton: SingletonConfig | None = None
    throttle: ThrottleConfig | None = None
    timeouts: TimeoutsConfig | None = None

    @model_validator(mode="before")
    @classmethod
    def _plain_concurrency(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and isinstance(raw.get("concurrency"), int):
            return {**raw, "concurrency": [{"limit": raw["concurrency"]}]}
        return raw

    @property
    def max_attempts(self) -> int:
        """How often one step or the function's body is called before it has failed."""
        step = next(iter(self.steps.values()))
        return min(step.retries.attempts, _MAX_RETRIES) + 1

    @property
    def crons(self) -> tuple[str, ...]:
        """The cron schedules among the triggers."""
        return tuple(trigger.cron for trigger in self.triggers if trigger.cron is not None)


class SyncRequest(BaseModel):
    """The body of ``POST /fn/register``."""

    url: str
    app_id: str = Field(alias="appname", min_length=1)
    sdk: str = ""
    framework: str = ""
    functions: tuple[FunctionConfig, ...] = Field(min_length=1)

    def checksum(self) -> str:
        """A digest that changes when the app or any of its functions changes."""
        body = orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(body).hexdigest()
