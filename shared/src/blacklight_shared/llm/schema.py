"""JSON Schema as services take it that hold a model to it while it writes."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

# The subset that both services enforce; what is left out is checked when the answer is read.
# https://platform.openai.com/docs/guides/structured-outputs/supported-schemas
# https://platform.claude.com/docs/en/build-with-claude/structured-outputs
_KEPT = frozenset({"$ref", "anyOf", "const", "description", "enum", "items", "required", "type"})


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The schema of a model, closed and with every field required.

    Returns:
        An object schema with its definitions; limits on numbers and lengths, formats, titles and
        defaults are left out.
    """
    schema = model.model_json_schema(mode="validation")
    definitions = {name: _strict(part) for name, part in schema.get("$defs", {}).items()}
    return _strict(schema) | ({"$defs": definitions} if definitions else {})


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    strict: dict[str, Any] = {key: schema[key] for key in sorted(_KEPT & schema.keys())}
    if "items" in schema:
        strict["items"] = _strict(schema["items"])
    if "anyOf" in schema:
        strict["anyOf"] = [_strict(part) for part in schema["anyOf"]]
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        strict["properties"] = {name: _strict(part) for name, part in properties.items()}
        strict["required"] = list(properties)
        strict["additionalProperties"] = False
    return strict
