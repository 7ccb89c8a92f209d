"""Runs the processes of the stack: each in a process group of its own, each with a log.

The processes end with the one that runs them, even if that is killed with SIGKILL. Linux sees to
it; elsewhere, the next run ends what the last one left behind.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import psutil

_POLL_SECONDS = 0.05
_HEALTH_TIMEOUT_SECONDS = 5.0
_LOG_TAIL_BYTES = 3000
_LEFTOVERS_GRACE_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1


class ProcessError(RuntimeError):
    """A process did not start or did not become ready; the message carries the end of its log."""


@dataclass(frozen=True)
class ProcessSpec:
    """One process: what to run, and how to tell that it is ready.

    Attributes:
        name: What it is called in commands and in the name of its log.
        command: The program and its arguments.
        environment: Added to this process's own environment.
        health_url: Ready when a GET answers 200; if None, ready as soon as it runs.
        port: Ready only when this very process listens on it; for copies that share a port and so
            answer for each other.
        ready_timeout: How long it may take to become ready.
        grace: How long it may take to end after SIGTERM, before SIGKILL.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    health_url: str | None = None
    port: int | None = None
    ready_timeout: timedelta = timedelta(seconds=60)
    grace: timedelta = timedelta(seconds=10)


class Supervisor:
    """Starts, stops, restarts and kills named processes.

    Args:
        folder: Gets `logs/NAME.log`, where at a process's first start the old log becomes
            `NAME.log.1`, and `pids/NAME` while the process is up.
        on_exit: Called with the name and the exit code when a process ends that nobody stopped.
    """

    def __init__(self, folder: Path, on_exit: Callable[[str, int], None] | None = None) -> None:
        self._logs = folder / "logs"
        self._pids = folder / "pids"
        self._on_exit = on_exit
        self._running: dict[str, _Running] = {}
        self._rotated: set[str] = set()

    async def end_leftovers(self) -> None:
        """End the processes of an earlier supervisor of this folder that was killed."""
        leftovers = [
            process
            for file in self._pids.glob("*")
            if (process := _recorded_process(file)) is not None
        ]
        family = [
            member for process in leftovers for member in (process, *_descendants(process.pid))
        ]
        for process in leftovers:
            process.terminate()
        await asyncio.to_thread(psutil.wait_procs, leftovers, _LEFTOVERS_GRACE_SECONDS)
        _kill_stragglers(family)
        for file in self._pids.glob("*"):
            file.unlink()

    async def start(self, spec: ProcessSpec) -> None:
        """Start a process and wait until it is ready; one that runs already is left alone.

        Raises:
            ProcessError: The program is missing, ends, or is not ready in time. It is stopped then.
        """
        if self.is_running(spec.name):
            return
        log_file = self._open_log(spec.name)
        running = await _launch(spec, log_file)
        self._running[spec.name] = running
        self._record(running)
        try:
            await _wait_until_ready(running)
        except BaseException:
            await self.stop(spec.name)
            raise
        running.watch = asyncio.create_task(self._report_exit(running))

    async def stop(self, name: str) -> None:
        """Stop a process: SIGTERM, then SIGKILL for what is left of it when the grace is over."""
        running = self._running.pop(name, None)
        if running is None:
            return
        await running.end()
        self._forget(name)

    async def roll(self, spec: ProcessSpec) -> None:
        """Replace a process: the new one is ready before the old one is stopped.

        Both listen on the port for a moment, so the program has to share it.

        Raises:
            ProcessError: See `start`; the old one goes on then.
        """
        old = self._running.pop(spec.name, None)
        try:
            await self.start(spec)
        except BaseException:
            if old is not None:
                self._running[spec.name] = old
                self._record(old)
            raise
        if old is not None:
            await old.end()

    async def stop_all(self) -> None:
        """Stop every process, the last one started first."""
        for name in reversed(list(self._running)):
            await self.stop(name)

    async def kill(self, name: str, signal_number: signal.Signals = signal.SIGKILL) -> None:
        """Send a process and its children a signal, as a crash would; SIGKILL waits for the end.

        Raises:
            KeyError: No process of that name runs.
        """
        running = self._running[name]
        if signal_number == signal.SIGKILL:
            del self._running[name]
            await running.stop_watching()
        running.send(signal_number)
        if signal_number == signal.SIGKILL:
            await running.process.wait()
            self._forget(name)

    async def restart(self, name: str) -> None:
        """Stop a process and start it again as it was.

        Raises:
            KeyError: No process of that name runs.
            ProcessError: See `start`.
        """
        spec = self._running[name].spec
        await self.stop(name)
        await self.start(spec)

    def is_running(self, name: str) -> bool:
        """Whether the process was started and has not ended."""
        running = self._running.get(name)
        return running is not None and running.process.returncode is None

    def pid(self, name: str) -> int:
        """The process id.

        Raises:
            KeyError: No process of that name was started.
        """
        return self._running[name].process.pid

    def log_file(self, name: str) -> Path:
        """Where the process's output goes."""
        return self._logs / f"{name}.log"

    def _open_log(self, name: str) -> Path:
        self._logs.mkdir(parents=True, exist_ok=True)
        log_file = self.log_file(name)
        if name not in self._rotated and log_file.exists():
            log_file.replace(log_file.with_suffix(".log.1"))
        self._rotated.add(name)
        log_file.touch(mode=0o600)
        return log_file

    def _record(self, running: "_Running") -> None:
        self._pids.mkdir(exist_ok=True)
        pid = running.process.pid
        if (start_time := _start_time(pid)) is not None:
            (self._pids / running.spec.name).write_text(f"{pid} {start_time}")

    def _forget(self, name: str) -> None:
        (self._pids / name).unlink(missing_ok=True)

    async def _report_exit(self, running: "_Running") -> None:
        exit_code = await running.process.wait()
        if self._on_exit is not None:
            self._on_exit(running.spec.name, exit_code)


@dataclass
class _Running:
    spec: ProcessSpec
    process: asyncio.subprocess.Process
    log_file: Path
    watch: asyncio.Task[None] | None = None

    def send(self, signal_number: signal.Signals) -> None:
        # The group's id is the process's own id, and that stays taken until its end is collected;
        # asyncio may have collected it and not told yet.
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal_number)

    async def stop_watching(self) -> None:
        if self.watch is not None:
            self.watch.cancel()
            await asyncio.wait([self.watch])

    async def end(self) -> None:
        await self.stop_watching()
        family = _descendants(self.process.pid)
        self.send(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), self.spec.grace.total_seconds())
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.process.wait()
        _kill_stragglers(family)

    def log_tail(self) -> str:
        return self.log_file.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace")


async def _launch(spec: ProcessSpec, log_file: Path) -> _Running:
    with log_file.open("ab") as log:
        try:
            process = await asyncio.create_subprocess_exec(
                *spec.command,
                env={**os.environ, **spec.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        except FileNotFoundError as error:
            raise ProcessError(f"{spec.name}: there is no program {spec.command[0]}") from error
    return _Running(spec, process, log_file)


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _end_with_parent() -> None:
    # SIGTERM, not SIGKILL, so that a process can end its own children too.
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def _wait_until_ready(running: _Running) -> None:
    spec = running.spec
    try:
        async with asyncio.timeout(spec.ready_timeout.total_seconds()):
            await _poll_health(running)
    except TimeoutError as error:
        raise ProcessError(
            f"{spec.name} is not ready after {spec.ready_timeout.total_seconds():g} s "
            f"({spec.health_url}); {running.log_file} ends:\n{running.log_tail()}"
        ) from error


async def _poll_health(running: _Running) -> None:
    url = running.spec.health_url
    if url is None:
        return
    async with httpx.AsyncClient(trust_env=False, timeout=_HEALTH_TIMEOUT_SECONDS) as client:
        while not (_listens(running) and await _is_healthy(client, url)):
            if running.process.returncode is not None:
                raise ProcessError(
                    f"{running.spec.name} ended with exit code {running.process.returncode}; "
                    f"{running.log_file} ends:\n{running.log_tail()}"
                )
            await asyncio.sleep(_POLL_SECONDS)


def _listens(running: _Running) -> bool:
    if running.spec.port is None:
        return True
    with suppress(psutil.NoSuchProcess):
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr.port == running.spec.port
            for connection in psutil.Process(running.process.pid).net_connections("tcp")
        )
    return False


async def _is_healthy(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).is_success
    except httpx.TransportError:
        return False


def _recorded_process(file: Path) -> psutil.Process | None:
    """The process that a pid file names, if it is still that one and not a later one of that id."""
    pid, start_time = file.read_text().split()
    return psutil.Process(int(pid)) if _start_time(int(pid)) == float(start_time) else None


def _start_time(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def _descendants(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill_stragglers(family: Sequence[psutil.Process]) -> None:
    for member in family:
        with suppress(psutil.NoSuchProcess):
            member.kill()
