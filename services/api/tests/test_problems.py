from __future__ import annotations

import httpx
import pytest
from blacklight_api.app import create_app
from blacklight_api.settings import ApiSettings
from fastapi import FastAPI

from services.api.tests.conftest import Tenant
from services.api.tests.operations import NOWHERE

CANDIDATES = "/api/v1/candidates"


def problem_of(response: httpx.Response, status: int) -> dict[str, object]:
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, object] = response.json()
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["X-Request-ID"]
    return problem


async def test_unknown_path(anonymous: httpx.AsyncClient) -> None:
    problem_of(await anonymous.get("/nowhere"), 404)


async def test_wrong_method_says_which_are_right(anonymous: httpx.AsyncClient) -> None:
    response = await anonymous.put("/healthz")
    problem_of(response, 405)
    assert response.headers["Allow"] == "GET"


async def test_every_field_at_fault_is_named(tenant: Tenant) -> None:
    body = {"years_experience": -1, "education": [{"start_year": "soon"}], "nonsense": 1}
    problem = problem_of(await tenant.http.post(CANDIDATES, json=body), 422)
    errors = problem["errors"]
    assert isinstance(errors, list)
    fields = {error["field"] for error in errors}
    assert fields == {"years_experience", "education.0.start_year", "nonsense"}


async def test_a_model_wide_rule_is_told(tenant: Tenant) -> None:
    problem = problem_of(await tenant.http.post(CANDIDATES, json={}), 422)
    assert "first_name" in str(problem["errors"])


async def test_what_was_sent_is_not_repeated(tenant: Tenant) -> None:
    body = {"email": "secret-value@", "years_experience": "secret-value", "phone": ["secret-value"]}
    response = await tenant.http.post(CANDIDATES, json=body)
    problem_of(response, 422)
    assert "secret-value" not in response.text


@pytest.mark.parametrize("body", [b"{", b'{"first_name": NaN}', b"", b"\xff", b'"text"', b"[1]"])
async def test_a_broken_body(tenant: Tenant, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    response = await tenant.http.post(CANDIDATES, content=body, headers=headers)
    assert response.status_code in {400, 422}
    problem_of(response, response.status_code)


@pytest.mark.parametrize("text", ["nul \x00", "\ud800"])
async def test_text_that_the_database_cannot_hold(tenant: Tenant, text: str) -> None:
    body = '{"first_name": "Ada", "summary": "' + text.encode("unicode_escape").decode() + '"}'
    body = body.replace("\\x00", "\\u0000")
    headers = {"Content-Type": "application/json"}
    problem = problem_of(await tenant.http.post(CANDIDATES, content=body, headers=headers), 422)
    assert "summary" in str(problem["errors"])


async def test_a_bug_is_a_problem_without_details(app: FastAPI, tenant: Tenant) -> None:
    broken = create_app(app.state.gateway.settings)

    @broken.get("/broken")
    async def break_down() -> None:
        raise ZeroDivisionError("secret-value")

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(broken), base_url="http://gateway"
    ) as client:
        response = await client.get("/broken")
    problem_of(response, 500)
    assert "secret-value" not in response.text
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_no_database_is_503(settings: ApiSettings, tenant: Tenant) -> None:
    nowhere = {"database_url": NOWHERE, "system_database_url": NOWHERE}
    app = create_app(settings.model_copy(update=nowhere))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as client:
        response = await client.get(CANDIDATES, headers={"Authorization": f"Bearer {tenant.key}"})
        ready = await client.get("/readyz")
        alive = await client.get("/healthz")
    problem_of(response, 503)
    assert "Retry-After" in response.headers
    assert (ready.status_code, ready.json()["ready"]) == (503, False)
    assert alive.status_code == 200


@pytest.mark.parametrize("path", ["/healthz", CANDIDATES, "/nowhere"])
async def test_every_answer_is_hardened(anonymous: httpx.AsyncClient, path: str) -> None:
    headers = (await anonymous.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
