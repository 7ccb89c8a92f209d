"""The engine as a child process, for tests and small programs."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from blacklight_devstack.ports import LOOPBACK, free_port

_READY_SECONDS = 60.0
_STOP_SECONDS = 15.0
_POLL_SECONDS = 0.05


@dataclass
class EngineProcess:
    """A local engine; it is ready inside a ``with`` block and stopped after it.

    Attributes:
        folder: Gets the database and the log; a second process on the same folder goes on.
        sdk_urls: Serve URLs of the apps.
        retry_interval: Fixed time between two attempts; None means the documented backoff.
        poll_interval: Time between two syncs of an app.
        signed: Whether calls are signed, with the keys in ``environment``.
        environment: Added to this process's own environment.
    """

    folder: Path
    sdk_urls: Sequence[str] = ()
    retry_interval: timedelta | None = timedelta(seconds=1)
    poll_interval: timedelta = timedelta(seconds=1)
    signed: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def base_url(self) -> str:
        """Where the engine answers."""
        return f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and wait until it answers; one that runs already is left alone.

        Raises:
            RuntimeError: It ended or did not answer in time; the message has the end of its log.
        """
        if self._process is not None:
            return
        log = self.folder / "engine.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(  # noqa: S603 - this package
                self._command(),
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            self._wait_until_ready(log)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the process with SIGTERM, and with SIGKILL if it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "blacklight_devstack.engine"]
        command += ["--port", str(self.port), "--db", str(self.folder / "engine.db")]
        command += ["--poll-interval", str(self.poll_interval.total_seconds()), "--tick", "20"]
        if self.retry_interval is not None:
            command += ["--retry-interval", str(self.retry_interval.total_seconds())]
        for url in self.sdk_urls:
            command += ["--sdk-url", url]
        return [*command, "--signed"] if self.signed else command

    def _wait_until_ready(self, log: Path) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        with httpx.Client(base_url=self.base_url, timeout=1.0, trust_env=False) as client:
            while time.monotonic() < deadline:
                if self._process is None or self._process.poll() is not None:
                    break
                try:
                    client.get("/health").raise_for_status()
                except httpx.HTTPError:
                    time.sleep(_POLL_SECONDS)
                else:
                    return
        raise RuntimeError(f"the engine did not start:\n{log.read_text(errors='replace')[-3000:]}")
