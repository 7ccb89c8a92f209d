"""CEL expressions over events: triggers, waits, keys and priorities.

Two habits of the real server are kept: an attribute that an event lacks reads as null, and an
expression that cannot be evaluated on an event does not match it.
"""

import functools
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cel
import orjson

from blacklight_devstack.engine.model import Event

_log = logging.getLogger(__name__)

_EXACT_INTEGER_MAX = 2**53
_STRING = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_PATH = r"(?:event|async)(?:\.[A-Za-z_]\w*)+"
_ATTRIBUTE = re.compile(rf"(?P<skip>{_STRING}|has\(\s*{_PATH}\s*\))|(?P<path>{_PATH})(?P<call>\()?")
_EQUALITY = re.compile(rf"\s*(?P<left>{_PATH}|{_STRING})\s*==\s*(?P<right>{_PATH}|{_STRING})\s*")


class ExpressionError(ValueError):
    """The text is not a CEL expression."""


@dataclass(frozen=True, slots=True)
class EqualityKey:
    """A necessary condition for a match: the value at ``path`` of the new event, as JSON."""

    path: str
    value: str


def check_expression(text: str) -> None:
    """Compile an expression.

    Raises:
        ExpressionError: It does not parse.
    """
    _compile(text)


def matches(text: str | None, event: Event, new_event: Event | None = None) -> bool:
    """Whether the expression is true; no expression is true of everything.

    Args:
        text: CEL over ``event`` and, when a run listens for another event, ``async``.
        event: The event that started (or would start) the run.
        new_event: The event that came in while the run waited.
    """
    return text is None or evaluate(text, event, new_event) is True


def evaluate(text: str, event: Event, new_event: Event | None = None) -> Any:
    """The value of an expression, or None when it cannot be evaluated on this event."""
    compiled = _compile(text)
    context: dict[str, Any] = {"event": event.as_dict()}
    if new_event is not None:
        context["async"] = new_event.as_dict()
    for path in compiled.attributes:
        context = _with_null(context, path)
    try:
        return compiled.program.execute(context)
    except (TypeError, ValueError, KeyError, RuntimeError, OverflowError) as error:
        _log.debug("expression %r has no value on %s: %s", text, event.name, error)
        return None


def key_of(text: str, event: Event) -> str:
    """The value of a key expression as text that is equal for equal values."""
    return _canonical(evaluate(text, event))


def equality_key(text: str | None, event: Event) -> EqualityKey | None:
    """An index key for an expression over ``async``, if one of its conjuncts gives one.

    ``event.data.id == async.data.id && …`` can only match a new event whose ``data.id`` equals the
    value known now, so waits are found by that value instead of by trying each.
    """
    if text is None or any(sign in text for sign in ("||", "?", "(", "!")):
        return None
    for conjunct in text.split("&&"):
        equality = _EQUALITY.fullmatch(conjunct)
        if equality is None:
            continue
        left, right = equality["left"], equality["right"]
        found = _pair(left, right, event) or _pair(right, left, event)
        if found is not None:
            return found
    return None


def value_at(event: Event, path: str) -> str:
    """The value at a dotted path of an event, as JSON comparable with :class:`EqualityKey`."""
    value: Any = event.as_dict()
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return _canonical(value)


@dataclass(frozen=True, slots=True)
class _Compiled:
    program: cel.Program
    attributes: tuple[tuple[str, ...], ...]


@functools.lru_cache(maxsize=2048)
def _compile(text: str) -> _Compiled:
    try:
        program = cel.compile(text)
    except ValueError as error:
        raise ExpressionError(f"{text!r} is not a CEL expression: {error}") from error
    return _Compiled(program, _attributes(text))


def _attributes(text: str) -> tuple[tuple[str, ...], ...]:
    paths = set()
    for found in _ATTRIBUTE.finditer(text):
        if found["path"] is None:
            continue
        names = tuple(found["path"].split("."))
        paths.add(names[:-1] if found["call"] else names)
    return tuple(sorted(path for path in paths if len(path) > 1))


def _with_null(value: Any, path: tuple[str, ...]) -> Any:
    """The same value, with null at the path if nothing is there; the original is not changed."""
    if not path:
        return value
    parent = {} if value is None else value
    if not isinstance(parent, dict):
        return value
    child = parent.get(path[0])
    filled = _with_null(child, path[1:])
    if filled is child and path[0] in parent:
        return value
    return {**parent, path[0]: filled}


def _pair(side: str, other: str, event: Event) -> EqualityKey | None:
    if not side.startswith("async.") or other.startswith("async."):
        return None
    path = side.removeprefix("async.")
    if other.startswith("event."):
        return EqualityKey(path, value_at(event, other.removeprefix("event.")))
    return EqualityKey(path, _canonical(evaluate(other, event)))


def _canonical(value: Any) -> str:
    """JSON that is the same for equal values; JSON knows no difference between 1 and 1.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT_INTEGER_MAX:
        value = int(value)
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str).decode()
