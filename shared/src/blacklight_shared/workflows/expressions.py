"""Values written into CEL expressions."""

from __future__ import annotations

import json


def literal(value: str | int | float | bool | None) -> str:
    """A value as a CEL literal.

    JSON's strings, numbers, ``true``, ``false`` and ``null`` are CEL's too.
    """
    return json.dumps(value)
