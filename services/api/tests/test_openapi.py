from __future__ import annotations

import pytest
from blacklight_api.auth.scopes import SCOPE_DESCRIPTIONS, Scope

from services.api.tests.operations import JSON, MULTIPART, Operation, api_operations

OPERATIONS = api_operations()
WITH_BODY = [operation for operation in OPERATIONS if "requestBody" in operation.definition]
DOCUMENT = OPERATIONS[0].document


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_every_operation_says_what_it_does(operation: Operation) -> None:
    assert operation.definition["summary"]
    assert operation.definition["description"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_errors_are_documented_as_problems(operation: Operation) -> None:
    errors = {
        status: response
        for status, response in operation.definition["responses"].items()
        if status >= "400"
    }
    assert {"401", "403", "422", "429", "503"} <= errors.keys()
    for response in errors.values():
        assert list(response["content"]) == ["application/problem+json"]


@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_every_body_has_an_example(operation: Operation) -> None:
    assert any(operation.request().values())


def test_every_scope_is_described() -> None:
    assert SCOPE_DESCRIPTIONS.keys() == set(Scope)
    for scope in Scope:
        assert f"| `{scope}` |" in DOCUMENT["info"]["description"]


def test_content_types_of_bodies_are_known() -> None:
    kinds = {
        kind for operation in WITH_BODY for kind in operation.definition["requestBody"]["content"]
    }
    assert kinds <= {JSON, MULTIPART, "application/x-ndjson", "text/csv"}
