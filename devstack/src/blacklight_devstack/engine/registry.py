"""The functions that are synced now, found by id or by what triggers them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from blacklight_devstack.engine.registration import FunctionConfig, Trigger


@dataclass(frozen=True, slots=True)
class Function:
    """A function and the app it belongs to."""

    app_id: str
    config: FunctionConfig

    @property
    def id(self) -> str:
        """The composite id."""
        return self.config.id


class Registry:
    """All known functions; those that left their app still finish their runs."""

    def __init__(self) -> None:
        self._functions: dict[str, Function] = {}
        self._active: dict[str, Function] = {}
        self._by_event: dict[str, list[tuple[Function, Trigger]]] = {}

    def replace_all(self, functions: list[tuple[Function, bool]]) -> None:
        """Set what is known; the flag says whether a function has left its app."""
        self._functions = {function.id: function for function, _ in functions}
        self._active = {function.id: function for function, archived in functions if not archived}
        by_event = defaultdict(list)
        for function in self._active.values():
            for trigger in function.config.triggers:
                if trigger.event is not None:
                    by_event[trigger.event].append((function, trigger))
        self._by_event = dict(by_event)

    def find(self, fn_id: str) -> Function | None:
        """Any known function, also one that has left its app."""
        return self._functions.get(fn_id)

    def find_active(self, fn_id: str) -> Function | None:
        """A function of an app as it was last synced."""
        return self._active.get(fn_id)

    def active(self) -> list[Function]:
        """The functions of all apps as they were last synced."""
        return list(self._active.values())

    def triggered_by(self, event_name: str) -> Iterator[tuple[Function, Trigger]]:
        """Functions with a trigger for this name, exact or by a pattern such as ``user/*``."""
        for pattern in _patterns(event_name):
            yield from self._by_event.get(pattern, ())


def _patterns(event_name: str) -> Iterator[str]:
    yield event_name
    for position, character in enumerate(event_name):
        if character in "/.":
            yield event_name[: position + 1] + "*"
