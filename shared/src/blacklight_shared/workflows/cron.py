"""Schedules: when a workflow runs without an event asking for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import inngest
from cronsim import CronSim, CronSimError
from pydantic import BaseModel, ConfigDict


@dataclass(frozen=True, slots=True)
class Cron:
    """A trigger that fires by the clock.

    Attributes:
        expression: Five cron fields: minute, hour, day of month, month, day of week.
        time_zone: IANA name; the expression is read in this zone's local time.

    Raises:
        ValueError: The expression or the time zone is not valid.
    """

    expression: str
    time_zone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            CronSim(self.expression, datetime.now(ZoneInfo(self.time_zone)))
        except CronSimError as error:
            raise ValueError(f"cron expression {self.expression!r}: {error}") from error
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"time zone {self.time_zone!r} is not an IANA name") from error

    def to_trigger(self) -> inngest.TriggerCron:
        """The trigger as the SDK registers it."""
        return inngest.TriggerCron(cron=f"TZ={self.time_zone} {self.expression}")


class CronTick(BaseModel):
    """What a scheduled run is given in place of an event.

    Attributes:
        at: When the schedule fired. The same in every attempt and replay of a run, which the
            process's own clock is not: workflows count from here.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime

    @classmethod
    def from_inngest(cls, event: inngest.Event) -> CronTick:
        """Read the time of the event that started the run."""
        return cls(at=datetime.fromtimestamp(event.ts / 1000, UTC))
