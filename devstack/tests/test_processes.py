import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import psutil
import pytest
from blacklight_devstack import processes
from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_devstack.processes import ProcessError, ProcessSpec, Supervisor

SERVER = """
import http.server, os, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{os.getpid()} {os.environ.get('COLOUR')}".encode())
print("listening", *sys.argv[2:], flush=True)
class Server(http.server.HTTPServer):
    allow_reuse_port = True
Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(tmp_path)
    yield supervisor
    await supervisor.stop_all()


def python(name: str, code: str, *arguments: str) -> ProcessSpec:
    command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
    return ProcessSpec(name, command, grace=timedelta(seconds=5))


def web_server(name: str = "web") -> ProcessSpec:
    port = free_port()
    return ProcessSpec(
        name,
        [sys.executable, "-c", SERVER, str(port)],
        {"COLOUR": "blue"},
        health_url=f"http://{LOOPBACK}:{port}/",
        port=port,
    )


async def fetch(spec: ProcessSpec) -> str:
    assert spec.health_url is not None
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(spec.health_url)).text


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for: {what}"
        time.sleep(0.02)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


class TestStart:
    async def test_returns_when_the_server_answers(self, supervisor: Supervisor) -> None:
        spec = web_server()
        await supervisor.start(spec)
        assert await fetch(spec) == f"{supervisor.pid('web')} blue"

    async def test_twice_leaves_the_first_alone(self, supervisor: Supervisor) -> None:
        spec = web_server()
        await supervisor.start(spec)
        pid = supervisor.pid("web")
        await supervisor.start(spec)
        assert supervisor.pid("web") == pid

    async def test_a_crash_shows_the_end_of_the_log(self, supervisor: Supervisor) -> None:
        spec = ProcessSpec(
            "broken",
            [sys.executable, "-c", "raise SystemExit('the cable is cut')"],
            health_url=f"http://{LOOPBACK}:{free_port()}/",
        )
        with pytest.raises(ProcessError, match=r"(?s)broken ended with exit code 1.*cable is cut"):
            await supervisor.start(spec)
        assert not supervisor.is_running("broken")

    async def test_too_slow_is_stopped(self, supervisor: Supervisor) -> None:
        code = "import time; time.sleep(60)"
        spec = ProcessSpec(
            "slow",
            [sys.executable, "-c", code],
            health_url=f"http://{LOOPBACK}:{free_port()}/",
            ready_timeout=timedelta(seconds=0.3),
        )
        with pytest.raises(ProcessError, match=r"slow is not ready after 0\.3 s"):
            await supervisor.start(spec)
        assert not supervisor.is_running("slow")
        assert [child for child in psutil.Process().children() if code in child.cmdline()] == []

    async def test_a_missing_program_is_named(self, supervisor: Supervisor) -> None:
        with pytest.raises(ProcessError, match="no program no-such-program"):
            await supervisor.start(ProcessSpec("nothing", ["no-such-program"]))

    async def test_keeps_the_log_of_the_run_before(self, tmp_path: Path) -> None:
        for colour in ("red", "green"):
            supervisor = Supervisor(tmp_path)
            spec = web_server("paint")
            await supervisor.start(replace(spec, command=[*spec.command, colour]))
            await supervisor.stop_all()
        log_file = supervisor.log_file("paint")
        assert "green" in log_file.read_text()
        assert "red" in (tmp_path / "logs" / "paint.log.1").read_text()
        assert "red" not in log_file.read_text()
        assert log_file.stat().st_mode & 0o777 == 0o600


class TestStop:
    async def test_asks_before_it_kills(self, supervisor: Supervisor) -> None:
        code = """
            import signal, sys, time
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(print("goodbye", flush=True)))
            print("ready", flush=True)
            time.sleep(60)
        """
        await supervisor.start(python("polite", code))
        log_file = supervisor.log_file("polite")
        wait_until(lambda: "ready" in log_file.read_text(), "the handler")
        await supervisor.stop("polite")
        assert "goodbye" in log_file.read_text()

    async def test_kills_what_does_not_listen(self, supervisor: Supervisor) -> None:
        code = """
            import signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("ready", flush=True)
            time.sleep(60)
        """
        spec = python("deaf", code)
        await supervisor.start(ProcessSpec("deaf", spec.command, grace=timedelta(seconds=0.2)))
        wait_until(lambda: "ready" in supervisor.log_file("deaf").read_text(), "the handler")
        pid = supervisor.pid("deaf")
        await supervisor.stop("deaf")
        assert is_gone(pid)

    async def test_takes_children_of_other_groups_along(self, supervisor: Supervisor) -> None:
        code = """
            import subprocess, sys, time
            sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
            print(subprocess.Popen(sleep, start_new_session=True).pid, flush=True)
            time.sleep(60)
        """
        await supervisor.start(python("parent", code))
        log_file = supervisor.log_file("parent")
        wait_until(lambda: log_file.read_text().endswith("\n"), "the child's pid")
        child = int(log_file.read_text())
        await supervisor.stop("parent")
        wait_until(lambda: is_gone(child), "the child's end")

    async def test_of_an_unknown_name_does_nothing(self, supervisor: Supervisor) -> None:
        await supervisor.stop("nobody")


class TestCrashes:
    async def test_a_killed_process_starts_again(self, supervisor: Supervisor) -> None:
        spec = web_server()
        await supervisor.start(spec)
        before = await fetch(spec)
        await supervisor.kill("web")
        assert not supervisor.is_running("web")
        await supervisor.start(spec)
        assert await fetch(spec) != before

    async def test_restart_keeps_everything_but_the_process(self, supervisor: Supervisor) -> None:
        spec = web_server()
        await supervisor.start(spec)
        before = supervisor.pid("web")
        await supervisor.restart("web")
        assert await fetch(spec) == f"{supervisor.pid('web')} blue"
        assert supervisor.pid("web") != before

    async def test_roll_brings_the_new_process_with_its_new_settings(
        self, supervisor: Supervisor
    ) -> None:
        spec = web_server()
        await supervisor.start(spec)
        before = supervisor.pid("web")
        await supervisor.roll(replace(spec, environment={"COLOUR": "green"}))
        assert await fetch(spec) == f"{supervisor.pid('web')} green"
        assert supervisor.pid("web") != before
        assert not psutil.pid_exists(before)

    async def test_roll_to_a_broken_process_leaves_the_old_one(
        self, supervisor: Supervisor
    ) -> None:
        spec = web_server()
        await supervisor.start(spec)
        before = supervisor.pid("web")
        with pytest.raises(ProcessError, match="web ended with exit code 3"):
            await supervisor.roll(replace(spec, command=[sys.executable, "-c", "exit(3)"]))
        assert await fetch(spec) == f"{before} blue"
        assert supervisor.is_running("web")

    async def test_an_end_that_nobody_asked_for_is_reported(self, tmp_path: Path) -> None:
        ended: asyncio.Queue[tuple[str, int]] = asyncio.Queue()
        supervisor = Supervisor(tmp_path, on_exit=lambda *exit: ended.put_nowait(exit))
        await supervisor.start(web_server("one"))
        await supervisor.start(web_server("two"))
        os.kill(supervisor.pid("one"), signal.SIGKILL)
        async with asyncio.timeout(20):
            assert await ended.get() == ("one", -signal.SIGKILL)
        await supervisor.stop_all()
        assert ended.empty()


RUNNER = """
import asyncio, signal, sys
from pathlib import Path
from blacklight_devstack.processes import ProcessSpec, Supervisor
async def main():
    supervisor = Supervisor(Path(sys.argv[1]))
    await supervisor.start(ProcessSpec("child", sys.argv[2:]))
    print(supervisor.pid("child"), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""


def killed_runner(folder: Path, child: Sequence[str]) -> int:
    """Start a runner with one child, kill the runner, return the child's pid."""
    with subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-c", RUNNER, str(folder), *child], stdout=subprocess.PIPE, text=True
    ) as runner:
        assert runner.stdout is not None
        pid = int(runner.stdout.readline())
        log_file = folder / "logs" / "child.log"
        wait_until(lambda: "ready" in log_file.read_text(), "the child")
        runner.kill()
    return pid


class TestAfterTheRunnerWasKilled:
    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of it")
    def test_its_processes_end(self, tmp_path: Path) -> None:
        code = "import time; print('ready', flush=True); time.sleep(60)"
        pid = killed_runner(tmp_path, [sys.executable, "-c", code])
        wait_until(lambda: is_gone(pid), "the child's end")

    async def test_the_next_one_ends_what_is_left(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(processes, "_LEFTOVERS_GRACE_SECONDS", 0.2)
        code = """if True:
            import signal, time
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print("ready", flush=True)
            time.sleep(60)
        """
        pid = killed_runner(tmp_path, [sys.executable, "-c", code])
        assert not is_gone(pid)
        await Supervisor(tmp_path).end_leftovers()
        wait_until(lambda: is_gone(pid), "the child's end")
        assert list((tmp_path / "pids").iterdir()) == []

    async def test_a_reused_pid_is_left_alone(self, tmp_path: Path) -> None:
        (tmp_path / "pids").mkdir()
        (tmp_path / "pids" / "child").write_text(f"{os.getpid()} 12.5")
        await Supervisor(tmp_path).end_leftovers()
        assert list((tmp_path / "pids").iterdir()) == []
