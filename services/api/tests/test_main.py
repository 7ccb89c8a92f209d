from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import httpx
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.settings import Environment

START_TIMEOUT_SECONDS = 60


async def test_serve_answers_and_stops_when_told(module_database: DatabaseUrls) -> None:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "blacklight_api",
        "serve",
        env={
            **os.environ,
            **module_database.environment(),
            "BLACKLIGHT_ENV": Environment.TEST,
            "BLACKLIGHT_PORT": str(port),
            "INNGEST_DEV": "1",
        },
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        ready = await _answer_of(f"http://127.0.0.1:{port}/readyz")
        assert ready.json()["ready"] is True
        assert "server" not in ready.headers
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), START_TIMEOUT_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode in {0, -signal.SIGTERM}


async def _answer_of(url: str) -> httpx.Response:
    async with asyncio.timeout(START_TIMEOUT_SECONDS), httpx.AsyncClient() as client:
        while True:
            try:
                return await client.get(url)
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
