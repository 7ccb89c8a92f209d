"""The OpenAPI document: what the routes say, plus what they share."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from blacklight_api.auth.scopes import PLATFORM_ONLY_SCOPES, SCOPE_DESCRIPTIONS
from blacklight_api.problems import ProblemDocument

_SCOPE_ROWS = "\n".join(
    f"| `{scope.value}` | {description} |" for scope, description in SCOPE_DESCRIPTIONS.items()
)

API_DESCRIPTION = f"""
The back office of a recruiting firm: jobs in, candidates in, explained matches out.

**Keys.** Send `Authorization: Bearer bl_…`. A key belongs to one tenant and sees nothing of any
other: an object of another tenant does not exist (404). Keys of the platform belong to no tenant.

**Pages.** Lists give `items` and `next_cursor`; give that back as `cursor` for the next page.

**Errors.** Every error is a problem document (RFC 9457, `application/problem+json`); `errors` names
each field at fault and what is allowed.

**Scopes.**

| scope | allows |
|---|---|
{_SCOPE_ROWS}

Only keys of the platform may have: {", ".join(f"`{scope}`" for scope in PLATFORM_ONLY_SCOPES)}.
"""


def install_openapi(app: FastAPI) -> None:
    """Add the schema of problem documents, which every route refers to, to the document."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        problem = ProblemDocument.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs"))
        schemas["ProblemDocument"] = problem
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend it
