"""What an event is, and the registry that holds all of them."""

from __future__ import annotations

from typing import Any, ClassVar

import inngest
from pydantic import BaseModel, ConfigDict

EVENTS: dict[str, type[Event]] = {}
"""Every event by its name; filled as the modules of this package are imported."""


class Event(BaseModel):
    """Payload of an event; a subclass is one entry of the catalogue.

    Subclasses give ``name`` and ``description``. Unknown fields are ignored, so that fields can
    be added without breaking older workers; missing or wrong ones are refused.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: ClassVar[str]
    description: ClassVar[str]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Enter the subclass in the catalogue.

        Raises:
            TypeError: Two classes claim one event name.
        """
        super().__pydantic_init_subclass__(**kwargs)
        if "name" not in cls.__dict__:
            return
        if cls.name in EVENTS and EVENTS[cls.name].__qualname__ != cls.__qualname__:
            raise TypeError(f"event {cls.name!r} is defined twice")
        EVENTS[cls.name] = cls

    @property
    def subject(self) -> str:
        """What the event is about; the outbox keeps the order of events of one subject.

        Empty: the order does not matter.
        """
        return ""

    def to_inngest(self, event_id: str | None = None) -> inngest.Event:
        """The event as the SDK sends it.

        Args:
            event_id: Deduplication id; the engine drops a second event with the same id.
        """
        data = self.model_dump(mode="json")
        return (
            inngest.Event(name=self.name, data=data)
            if event_id is None
            else inngest.Event(name=self.name, data=data, id=event_id)
        )
