"""The process that keeps one test run's Postgres: it ends with the run, however the run ends.

`python -m blacklight_devstack.pytest_guard HOME PID` starts a server in `HOME`, prints the guard's
pid and returns. The guard stays behind until the process `PID` is gone or it gets a SIGTERM; then
it stops the server and deletes `HOME`.
"""

import os
import shutil
import signal
import sys
import threading
from pathlib import Path

import psutil

from blacklight_devstack.postgres import EmbeddedPostgres

_CHECK_SECONDS = 0.5


def main() -> None:
    """Start the server and leave the guard behind."""
    home, run = Path(sys.argv[1]), psutil.Process(int(sys.argv[2]))
    EmbeddedPostgres(home, fast=True).start()
    guard_pid = os.fork()
    if guard_pid:
        sys.stdout.write(f"{guard_pid}\n")
    else:
        _redirect_output(home / "guard.log")
        _guard(home, run)


def _redirect_output(path: Path) -> None:
    with path.open("w") as file:
        for stream in (sys.stdout, sys.stderr):
            os.dup2(file.fileno(), stream.fileno())


def _guard(home: Path, run: psutil.Process) -> None:
    asked_to_stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: asked_to_stop.set())
    while _is_alive(run) and not asked_to_stop.wait(_CHECK_SECONDS):
        pass
    EmbeddedPostgres(home).stop(immediate=True)
    shutil.rmtree(home)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    main()
