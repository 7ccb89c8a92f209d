"""The operations of the OpenAPI document, as tests walk them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from blacklight_api.app import API_PREFIX, create_app
from blacklight_api.settings import ApiSettings
from blacklight_shared.settings import Environment
from fastapi import FastAPI
from pydantic import SecretStr

NOWHERE = SecretStr("postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
JSON = "application/json"
CSV = "text/csv"
MULTIPART = "multipart/form-data"


@cache
def app_without_database() -> FastAPI:
    """The gateway's app: its routes take long to make, so there is one of it in a process."""
    settings = ApiSettings(env=Environment.TEST, database_url=NOWHERE, system_database_url=NOWHERE)
    return create_app(settings)


def openapi_document() -> dict[str, Any]:
    """The document of the gateway, which the app makes once."""
    return app_without_database().openapi()


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    definition: dict[str, Any]
    document: dict[str, Any]

    @property
    def parameters(self) -> list[str]:
        """Names of the path parameters, in order."""
        return re.findall(r"{(\w+)}", self.path)

    def url(self, ids: Mapping[str, object]) -> str:
        """The path with its parameters filled in."""
        return self.path.format_map(ids)

    def request(self) -> dict[str, Any]:
        """Arguments for httpx that make a well-formed request out of the documented examples."""
        content = self.definition.get("requestBody", {}).get("content", {})
        if JSON in content:
            return {"json": self._example(content[JSON])}
        if MULTIPART in content:
            return {"files": {"file": ("cv.txt", b"Some text.")}}
        if CSV in content:
            headers = {"Content-Type": CSV}
            return {"content": self._example(content[CSV]), "headers": headers}
        return {}

    def _example(self, body: dict[str, Any]) -> Any:
        if "example" in body:
            return body["example"]
        schema = body["schema"]
        name = schema.get("$ref", "").rpartition("/")[2]
        resolved = self.document["components"]["schemas"].get(name, schema)
        return {**resolved, **schema}.get("examples", [{}])[0]

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def api_operations() -> list[Operation]:
    """Every operation below the prefix of the API that takes an API key."""
    document = openapi_document()
    return [
        Operation(method, path, definition, document)
        for path, methods in document["paths"].items()
        if path.startswith(API_PREFIX)
        for method, definition in methods.items()
        if {"API key": []} in definition["security"]
    ]
