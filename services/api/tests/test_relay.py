"""The gateway relays its own outbox while it runs, unless a process of its own does."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from blacklight_api.app import create_app
from blacklight_api.settings import ApiSettings
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.settings import Environment

from services.api.tests.conftest import Tenant

WAIT_SECONDS = 60


class Engine:
    """An event API that remembers what it was sent."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.arrived = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.events.extend(json.loads(body))
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b'{"ids":[],"status":200}')
                outer.arrived.set()

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- as above
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = Engine()
    thread = threading.Thread(target=engine.server.serve_forever)
    thread.start()
    yield engine
    engine.server.shutdown()
    engine.server.server_close()
    thread.join()


async def test_the_gateway_relays(settings: ApiSettings, tenant: Tenant, engine: Engine) -> None:
    made = await tenant.make("/api/v1/candidates", first_name="Ada", status="approved")
    relaying = settings.model_copy(
        update={"relay_enabled": True, "inngest_base_url": engine.url, "inngest_dev": True}
    )
    app = create_app(relaying)
    async with app.router.lifespan_context(app):
        assert await asyncio.to_thread(engine.arrived.wait, WAIT_SECONDS)
    assert [event["name"] for event in engine.events] == ["job-match/generate-candidate"]
    assert engine.events[0]["data"]["candidate_id"] == made["id"]
    assert engine.events[0]["id"]


async def test_a_process_of_its_own_relays_and_stops_when_told(
    tenant: Tenant, engine: Engine, module_database: DatabaseUrls
) -> None:
    await tenant.make("/api/v1/candidates", first_name="Ada", status="approved")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "blacklight_api",
        "relay",
        env={
            **os.environ,
            **module_database.environment(),
            "BLACKLIGHT_ENV": Environment.TEST,
            "INNGEST_BASE_URL": engine.url,
            "INNGEST_DEV": "1",
        },
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        assert await asyncio.to_thread(engine.arrived.wait, WAIT_SECONDS)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), WAIT_SECONDS) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
