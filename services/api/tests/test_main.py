from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import httpx
import pytest
from blacklight_api.__main__ import main
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["resend-events"], "--since --dead is required"),
        (["resend-events", "--since", "2026-01-31T08:00:00"], "a time zone is needed"),
        (["resend-events", "--since", "yesterday"], "invalid"),
    ],
)
def test_which_events_to_send_again_has_to_be_said(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert message in capsys.readouterr().err


def test_events_are_sent_again(
    module_database: DatabaseUrls,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in module_database.environment().items():
        monkeypatch.setenv(name, value)
    assert main(["resend-events", "--dead"]) == 0
    assert capsys.readouterr().out == "0 events will be sent again\n"


async def _answer_of(url: str) -> httpx.Response:
    async with asyncio.timeout(START_TIMEOUT_SECONDS), httpx.AsyncClient() as client:
        while True:
            try:
                return await client.get(url)
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
