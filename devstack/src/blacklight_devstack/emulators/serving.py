"""Serves an emulator from within a test or another program."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import uvicorn
from fastapi import FastAPI

from blacklight_devstack.certificates import Certificates
from blacklight_devstack.ports import LOOPBACK

_START_TIMEOUT = timedelta(seconds=10)


@contextmanager
def serving(app: FastAPI, certificates: Certificates | None = None) -> Iterator[str]:
    """Serve an application on a free loopback port, in a thread, until the context ends.

    Args:
        app: The application.
        certificates: Serve HTTPS with these.

    Yields:
        The base URL, such as ``http://127.0.0.1:23456``.

    Raises:
        RuntimeError: The server does not start.
    """
    # The kernel chooses a port, so that servers started at once cannot meet.
    config = uvicorn.Config(app, host=LOOPBACK, port=0, log_level="error", lifespan="on")
    if certificates is not None:
        config.ssl_certfile, config.ssl_keyfile = certificates.server, certificates.key
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="emulator", daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"{'http' if certificates is None else 'https'}://{LOOPBACK}:{port}"
    finally:
        server.should_exit = True
        thread.join()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + _START_TIMEOUT.total_seconds()
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("the emulator does not start")
        time.sleep(0.01)
