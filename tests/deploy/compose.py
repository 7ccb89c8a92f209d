"""The compose files as Compose reads them: merged, with the settings of an .env file filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
BASE = "compose.yml"
OVERRIDES = ("compose.dev.yml", "compose.demo.yml", "compose.local.yml")
FILES = (BASE, *OVERRIDES)

_REFERENCE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?P<operator>:-|:\?)?(?P<rest>[^}]*)\}")


def services(*files: str) -> dict[str, dict[str, Any]]:
    """The services of some files; the mappings of a later file add to those of the earlier ones."""
    merged: dict[str, dict[str, Any]] = {}
    for file in files:
        for name, service in _read(file)["services"].items():
            merged[name] = _merge(merged.get(name, {}), service)
    return merged


def environment(service: Mapping[str, Any], env: Mapping[str, str]) -> dict[str, str]:
    """What a container finds in its environment; a name without a value has that of `env`."""
    return {
        name: fill_in(value, env) if value is not None else env[name]
        for name, value in service.get("environment", {}).items()
        if value is not None or name in env
    }


def fill_in(text: str, env: Mapping[str, str]) -> str:
    """A text with its ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?error}`` replaced."""

    def value(reference: re.Match[str]) -> str:
        found = env.get(reference["name"], "")
        if not found and reference["operator"] == ":?":
            raise KeyError(f"{reference['name']}: {reference['rest']}")
        return found or (reference["rest"] if reference["operator"] == ":-" else "")

    return _REFERENCE.sub(value, text)


def required_names(text: str) -> set[str]:
    """The settings without which Compose does not start."""
    return {match["name"] for match in _REFERENCE.finditer(text) if match["operator"] == ":?"}


def named(text: str) -> set[str]:
    """All settings that a file refers to."""
    return {match["name"] for match in _REFERENCE.finditer(text)}


def ports(every: Mapping[str, Mapping[str, Any]]) -> dict[str, Sequence[str]]:
    """What is published, by service."""
    return {name: service["ports"] for name, service in every.items() if "ports" in service}


@cache
def _read(file: str) -> Any:
    return yaml.load((DEPLOY / file).read_text(), yaml.CSafeLoader)


def _merge(earlier: Any, later: Any) -> Any:
    if isinstance(earlier, dict) and isinstance(later, dict):
        return earlier | {
            key: _merge(earlier[key], value) if key in earlier and key != "command" else value
            for key, value in later.items()
        }
    return later
