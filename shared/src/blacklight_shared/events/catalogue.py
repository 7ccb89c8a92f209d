"""The catalogue as documents: a page for people and a JSON Schema for programs."""

from __future__ import annotations

from typing import Any

import orjson

from blacklight_shared.events.base import EVENTS, Event

_HEADER = """\
# Events

Every event of the system and its data. Generated from `blacklight_shared.events` by `make docs`;
a test fails when it is stale. Unknown fields are ignored, missing or wrong ones are refused.
The same as JSON Schema: [events.schema.json](events.schema.json).
"""


def events_markdown() -> str:
    """``docs/events.md``."""
    return "\n".join([_HEADER, *(_section(EVENTS[name]) for name in sorted(EVENTS))])


def events_json_schema() -> str:
    """``docs/events.schema.json``: one definition for each event, by its name."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Blacklight events",
        "$defs": {name: _schema(EVENTS[name]) for name in sorted(EVENTS)},
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(schema, option=options).decode()


def _section(event: type[Event]) -> str:
    rows = [
        f"| `{name}` | {_type_of(field, event)} | {'yes' if name in _required(event) else 'no'} |"
        for name, field in _schema(event)["properties"].items()
    ]
    return "\n".join(
        [
            f"## `{event.name}`",
            "",
            event.description,
            "",
            "| field | type | required |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _schema(event: type[Event]) -> dict[str, Any]:
    return event.model_json_schema() | {"description": event.description}


def _required(event: type[Event]) -> list[str]:
    required: list[str] = _schema(event).get("required", [])
    return required


def _type_of(field: dict[str, Any], event: type[Event]) -> str:
    if "$ref" in field:
        definition = _schema(event)["$defs"][field["$ref"].rsplit("/", 1)[1]]
        return _type_of(definition, event)
    if "enum" in field:
        return "one of " + ", ".join(f"`{value}`" for value in field["enum"])
    if "anyOf" in field:
        return " or ".join(_type_of(part, event) for part in field["anyOf"])
    if field.get("type") == "array":
        return f"list of {_type_of(field['items'], event)}"
    return str(field.get("format") or field.get("type", "any"))
