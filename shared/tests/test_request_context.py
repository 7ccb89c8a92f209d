"""Request ids, the line at the end of a request, and its measurement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest
import structlog
from blacklight_shared.request_context import RequestContextMiddleware
from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY
from structlog.testing import LogCapture


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.add_middleware(RequestContextMiddleware)

    @app.get("/things/{thing_id}")
    def read(thing_id: int, request: Request) -> dict[str, str]:
        structlog.get_logger().info("reading")
        return {"request_id": request.state.request_id}

    @app.get("/named")
    def named() -> Response:
        return Response(status_code=HTTPStatus.ACCEPTED)

    @app.get("/healthz")
    def health() -> None:
        return

    @app.get("/readyz")
    def ready() -> None:
        raise HTTPException(503)

    @app.get("/broken")
    def broken() -> None:
        raise ZeroDivisionError

    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture
def log() -> Iterator[LogCapture]:
    capture = LogCapture()
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, capture])
    yield capture
    structlog.reset_defaults()


def test_the_caller_s_id_is_kept_and_bound(client: TestClient, log: LogCapture) -> None:
    response = client.get("/things/1", headers={"X-Request-ID": "abc-123"})

    assert response.headers["X-Request-ID"] == "abc-123"
    assert response.json() == {"request_id": "abc-123"}
    assert [entry["request_id"] for entry in log.entries] == ["abc-123", "abc-123"]


@pytest.mark.parametrize("offered", [None, "", "a b", "x" * 65, "<script>", "ü"])
def test_other_ids_are_replaced(client: TestClient, offered: str | None) -> None:
    headers = [] if offered is None else [(b"X-Request-ID", offered.encode())]

    given = client.get("/things/1", headers=headers).headers["X-Request-ID"]

    assert re.fullmatch("[0-9a-f]{32}", given)


def test_the_end_is_logged_by_route(client: TestClient, log: LogCapture) -> None:
    client.get("/things/1?token=secret")

    end = log.entries[-1]
    assert end["event"] == "request handled"
    assert (end["method"], end["route"], end["status"]) == ("GET", "/things/{thing_id}", 200)
    assert "secret" not in str(log.entries)


def test_a_status_is_logged_as_its_number(client: TestClient, log: LogCapture) -> None:
    client.get("/named")

    assert repr(log.entries[-1]["status"]) == "202"


@pytest.mark.parametrize(
    ("path", "route", "status"),
    [("/broken", "/broken", 500), ("/none", "unmatched", 404), ("/readyz", "/readyz", 503)],
)
def test_failures_are_logged_too(
    client: TestClient, log: LogCapture, path: str, route: str, status: int
) -> None:
    client.get(path)

    assert (log.entries[-1]["route"], log.entries[-1]["status"]) == (route, status)


def test_a_good_probe_is_not_worth_a_line(client: TestClient, log: LogCapture) -> None:
    client.get("/healthz")

    assert log.entries == []


def test_requests_are_measured_by_route(client: TestClient) -> None:
    labels = {"method": "GET", "route": "/things/{thing_id}", "status": "200"}
    name = "blacklight_http_request_seconds_count"
    before = REGISTRY.get_sample_value(name, labels) or 0

    client.get("/things/1")
    client.get("/things/2")

    assert REGISTRY.get_sample_value(name, labels) == before + 2
