"""The engine answers callers of its own names only: a page in a browser must not reach it."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

import httpx
import pytest
from blacklight_devstack.engine.app import create_app
from blacklight_devstack.engine.options import EngineOptions


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", HTTPStatus.NOT_FOUND),
        ("localhost", HTTPStatus.NOT_FOUND),
        ("inngest", HTTPStatus.NOT_FOUND),
        ("rebound.example", HTTPStatus.BAD_REQUEST),
    ],
)
async def test_a_foreign_name_is_refused(host: str, status: HTTPStatus, tmp_path: Path) -> None:
    app = create_app(EngineOptions(db=tmp_path / "engine.db", names=("inngest",)))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}:8288") as client:
        assert (await client.get("/no-such-page")).status_code == status
