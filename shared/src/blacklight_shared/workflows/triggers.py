"""What starts a workflow, and how the event that did becomes its typed payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import inngest
import pydantic

from blacklight_shared.events import Event
from blacklight_shared.workflows.cron import Cron, CronTick
from blacklight_shared.workflows.errors import ValidationError

EventT = TypeVar("EventT", bound=Event)

EVENT_NAME_FIELD = "_event"
"""Reserved field that names the payload of an invoked run, whose event has the engine's name."""


@dataclass(frozen=True, slots=True)
class On(Generic[EventT]):
    """An event trigger with a condition.

    Attributes:
        event: The event of the catalogue.
        if_exp: CEL expression over ``event``; other events of that name do not start a run.
    """

    event: type[EventT]
    if_exp: str


AnyTrigger = type[Event] | On[Event] | Cron


def to_inngest_trigger(trigger: AnyTrigger) -> inngest.TriggerEvent | inngest.TriggerCron:
    """The trigger as the SDK registers it."""
    if isinstance(trigger, Cron):
        return trigger.to_trigger()
    if isinstance(trigger, On):
        return inngest.TriggerEvent(event=trigger.event.name, expression=trigger.if_exp)
    return inngest.TriggerEvent(event=trigger.name)


def event_models(triggers: Sequence[AnyTrigger]) -> tuple[type[Event], ...]:
    """The payload models of the triggers that are events."""
    return tuple(
        trigger.event if isinstance(trigger, On) else trigger
        for trigger in triggers
        if not isinstance(trigger, Cron)
    )


def parse_payload(triggers: Sequence[AnyTrigger], event: inngest.Event) -> Event | CronTick:
    """Make the typed payload of the event that started a run.

    Args:
        triggers: The triggers of the workflow.
        event: What the engine sent.

    Raises:
        ValidationError: A field is missing or wrong, or the event is none of the triggers'.
    """
    models = {model.name: model for model in event_models(triggers)}
    name = event.data.get(EVENT_NAME_FIELD, event.name)
    if name in models:
        return parse_event(models[str(name)], event.data)
    if any(isinstance(trigger, Cron) for trigger in triggers):
        return CronTick.from_inngest(event)
    if len(models) == 1:
        return parse_event(next(iter(models.values())), event.data)
    allowed = ", ".join(sorted(models))
    raise ValidationError(f"event {event.name!r} does not start this workflow; allowed: {allowed}")


def parse_event(model: type[EventT], data: Mapping[str, object]) -> EventT:
    """Validate the data of an event against its model of the catalogue.

    Raises:
        ValidationError: A field is missing or wrong; names it, never its value.
    """
    try:
        return model.model_validate(data)
    except pydantic.ValidationError as error:
        raise ValidationError.from_pydantic(f"event {model.name!r} is not valid", error) from None
