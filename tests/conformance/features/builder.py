"""How the feature modules define their functions."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import inngest

from .recorder import Recorder

Handler = Callable[[inngest.Context], Awaitable[Any]]


@dataclass
class Builder:
    """Collects the functions of one app.

    Event names carry the app's id, so that apps of several test processes on one server do not
    trigger each other's functions.
    """

    client: inngest.Inngest
    recorder: Recorder
    functions: list[inngest.Function[Any]] = field(default_factory=list)

    def event(self, name: str) -> str:
        """The name of an event of this app."""
        return f"{self.client.app_id}/{name}"

    def on(self, name: str, expression: str | None = None) -> inngest.TriggerEvent:
        """A trigger for an event of this app."""
        return inngest.TriggerEvent(event=self.event(name), expression=expression)

    def function(self, fn_id: str, **options: Any) -> Callable[[Handler], inngest.Function[Any]]:
        """Define a function; it is triggered by the event of its own name unless told otherwise."""
        options.setdefault("trigger", self.on(fn_id))
        options.setdefault("retries", 0)

        def define(handler: Handler) -> inngest.Function[Any]:
            function = self.client.create_function(fn_id=fn_id, **options)(handler)
            self.functions.append(function)
            return function

        return define
