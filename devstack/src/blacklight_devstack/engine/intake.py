"""Events as senders write them, checked and completed."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import orjson

from blacklight_devstack.engine.ids import EventIdSeed, new_id
from blacklight_devstack.engine.model import EVENT_MAX_BYTES, EVENTS_PER_REQUEST_MAX, Event

_NAME_MAX = 512
_INTERNAL = "inngest/"
_META = "_inngest"
_EARLIEST_MS = round(datetime(1980, 1, 1, tzinfo=UTC).timestamp() * 1000)
_LATEST_MS = round(datetime(2100, 1, 1, tzinfo=UTC).timestamp() * 1000)


class InvalidEventError(ValueError):
    """An event is refused; the message names it and the field."""


def read_events(body: bytes, seed: EventIdSeed | None, now_ms: int) -> list[Event]:
    """Read the body of ``POST /e/{key}``: one event or a list of them.

    Raises:
        InvalidEventError: The body is not JSON, or one of its events is not allowed.
    """
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidEventError(f"the body is not JSON: {error}") from error
    items = content if isinstance(content, list) else [content]
    if len(items) > EVENTS_PER_REQUEST_MAX:
        raise InvalidEventError(
            f"{len(items)} events in one request; at most {EVENTS_PER_REQUEST_MAX} are allowed"
        )
    return list(_read(items, seed, now_ms))


def _read(items: list[Any], seed: EventIdSeed | None, now_ms: int) -> Iterable[Event]:
    for position, item in enumerate(items, start=1):
        internal_id = seed.id_at(position) if seed else new_id(now_ms)
        try:
            yield _event(item, internal_id, now_ms)
        except InvalidEventError as error:
            raise InvalidEventError(f"event {position} of {len(items)}: {error}") from error


def _event(item: Any, internal_id: str, now_ms: int) -> Event:
    if not isinstance(item, dict):
        raise InvalidEventError("an event is a JSON object")
    size = len(orjson.dumps(item))
    if size > EVENT_MAX_BYTES:
        raise InvalidEventError(f"the event has {size} bytes; at most {EVENT_MAX_BYTES} allowed")
    version = item.get("v")
    return Event(
        internal_id=internal_id,
        id=str(item.get("id") or internal_id),
        name=_name(item.get("name")),
        data={key: value for key, value in _object(item, "data").items() if key != _META},
        ts_ms=_timestamp(item.get("ts"), now_ms),
        user=_object(item, "user"),
        version=None if version is None else str(version),
    )


def _name(name: Any) -> str:
    if not isinstance(name, str) or not 0 < len(name) <= _NAME_MAX:
        raise InvalidEventError(f"name: a text of 1 to {_NAME_MAX} characters is required")
    if name.startswith(_INTERNAL):
        raise InvalidEventError(f"name: {_INTERNAL} is reserved for the engine's own events")
    return name


def _object(item: dict[str, Any], field: str) -> dict[str, Any]:
    value = item.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidEventError(f"{field}: a JSON object is required")
    return value


def _timestamp(ts: Any, now_ms: int) -> int:
    if ts is None or ts == 0:
        return now_ms
    if not isinstance(ts, int | float) or not _EARLIEST_MS <= ts <= _LATEST_MS:
        raise InvalidEventError("ts: milliseconds since 1970 between 1980 and 2100 are required")
    return int(ts)
