"""The health check of the images tells a service that is well from one that is not."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer

from blacklight_devstack.ports import LOOPBACK, free_port

from tests.deploy.compose import DEPLOY


class _Service(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        well = self.path == "/healthz"
        self.send_response(HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's
        pass


@contextmanager
def service() -> Iterator[int]:
    with HTTPServer((LOOPBACK, 0), _Service) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def probe(port: int, path: str) -> int:
    done = subprocess.run(  # noqa: S603 - of this repository
        [sys.executable, "-IS", DEPLOY / "images/probe.py", path],
        env={"BLACKLIGHT_PORT": str(port)},
        capture_output=True,
        timeout=30,
        check=False,
    )
    return done.returncode


def test_only_a_service_that_is_well_passes() -> None:
    with service() as port:
        assert probe(port, "/healthz") == 0
        assert probe(port, "/readyz") == 1
    assert probe(free_port(), "/healthz") == 1
