"""The engine as a process: crashes on both sides, restarts, and what it refuses."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from blacklight_devstack.engine.__main__ import main
from blacklight_devstack.engine.process import EngineProcess
from blacklight_devstack.engine.store.database import Database
from blacklight_devstack.ports import free_port

_ROOT = Path(__file__).parents[3]
_PATIENCE_S = 60.0

T = TypeVar("T")


@dataclass
class Sample:
    """The sample app in a process of its own."""

    folder: Path
    engine_url: str
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/inngest"

    def start(self, version: int = 1) -> None:
        if self._process is not None:
            return
        command = [sys.executable, "-m", "uvicorn", "--app-dir", str(_ROOT), "--log-level", "error"]
        self._process = subprocess.Popen(  # noqa: S603 - the app beside this file
            [*command, "--port", str(self.port), "devstack.tests.engine.sample_app:app"],
            env={
                **os.environ,
                "INNGEST_DEV": "1",
                "INNGEST_BASE_URL": self.engine_url,
                "INNGEST_API_BASE_URL": self.engine_url,
                "INNGEST_EVENT_API_BASE_URL": self.engine_url,
                "SAMPLE_LOG": str(self.folder / "sample.log"),
                "SAMPLE_VERSION": str(version),
            },
            stdin=subprocess.DEVNULL,
        )

    def end(self, with_signal: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(with_signal)
            self._process.wait(timeout=20)
            self._process = None

    def log(self) -> Counter[str]:
        file = self.folder / "sample.log"
        return Counter(file.read_text().splitlines() if file.exists() else [])


@dataclass
class Stack:
    """An engine and the app that it is told of."""

    engine: EngineProcess
    sample: Sample
    client: httpx.Client

    def send(self, name: str, **data: object) -> str:
        url = f"{self.engine.base_url}/e/test"
        response = self.client.post(url, json={"name": f"sample/{name}", "data": data})
        return str(response.raise_for_status().json()["ids"][0])

    def runs_of(self, event_id: str) -> list[dict[str, Any]]:
        response = self.client.get(f"{self.engine.base_url}/v1/events/{event_id}/runs")
        found: list[dict[str, Any]] = response.raise_for_status().json()["data"]
        return found

    def ended_run_of(self, event_id: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            runs = [run for run in self.runs_of(event_id) if run["ended_at"]]
            return runs[0] if runs else None

        return eventually(ended, f"the end of the run of {event_id}")

    def page(self, path: str) -> str:
        return self.client.get(f"{self.engine.base_url}{path}").raise_for_status().text

    def functions(self) -> list[str]:
        response = self.client.get(f"{self.engine.base_url}/v1/apps/sample/functions")
        return (
            [function["id"] for function in response.json()["data"]] if response.is_success else []
        )


def eventually(probe: Callable[[], T | None], what: str) -> T:
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        answer = probe()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come")


@pytest.fixture(scope="module")
def shared_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("stack")
    port = free_port()
    sample = Sample(folder, f"http://127.0.0.1:{port}")
    engine = EngineProcess(
        folder,
        sdk_urls=[sample.url],
        port=port,
        retry_interval=timedelta(milliseconds=200),
        poll_interval=timedelta(milliseconds=500),
    )
    with httpx.Client(timeout=30.0, trust_env=False) as client:
        try:
            yield Stack(engine, sample, client)
        finally:
            engine.stop()
            sample.end(signal.SIGKILL)


@pytest.fixture
def stack(shared_stack: Stack) -> Stack:
    """An engine and an app that run, whatever the test before did to them."""
    shared_stack.sample.start()
    shared_stack.engine.start()
    eventually(shared_stack.functions, "the sync of the sample app")
    return shared_stack


class TestCrashes:
    def test_a_killed_engine_goes_on_where_it_was(self, stack: Stack) -> None:
        events = {number: stack.send("journey", number=number) for number in range(20)}
        moments = random.Random(0)
        for _ in range(4):
            time.sleep(moments.uniform(0.1, 1.5))
            stack.engine.kill()
            stack.engine.start()

        for number, event_id in events.items():
            run = stack.ended_run_of(event_id)
            assert run["status"] == "Completed", run
            expected = [f"first {number}", f"left {number}", f"right {number}", number, True]
            assert run["output"] == expected
            assert len(stack.runs_of(event_id)) == 1
        assert set(stack.sample.log()) >= {f"first {number}" for number in events}

    def test_a_killed_worker_costs_no_attempt(self, stack: Stack) -> None:
        events = [stack.send("journey", number=number) for number in range(15)]
        for _ in range(3):
            time.sleep(0.7)
            stack.sample.end(signal.SIGKILL)
            time.sleep(0.7)
            stack.sample.start()

        for event_id in events:
            assert stack.ended_run_of(event_id)["status"] == "Completed"

    def test_events_wait_for_a_worker_that_is_not_there(self, stack: Stack) -> None:
        stack.sample.end(signal.SIGKILL)
        event_id = stack.send("pid")
        time.sleep(1)
        assert stack.runs_of(event_id)[0]["ended_at"] is None

        stack.sample.start()

        assert stack.ended_run_of(event_id)["status"] == "Completed"


class TestStop:
    def test_a_step_under_way_ends_before_the_engine_does(self, stack: Stack) -> None:
        event_id = stack.send("slow")
        eventually(lambda: stack.sample.log()["slow"], "the slow step")

        stack.engine.stop()
        stack.engine.start()

        assert stack.ended_run_of(event_id)["output"] == "slow"
        assert stack.sample.log()["slow"] == 1


class TestSync:
    def test_a_changed_app_is_noticed(self, stack: Stack) -> None:
        assert "sample-later-version" not in stack.functions()
        stack.sample.end(signal.SIGTERM)
        stack.sample.start(version=2)

        eventually(lambda: "sample-later-version" in stack.functions(), "the second sync")

        stack.send("later")
        eventually(lambda: stack.sample.log()["later version"], "a run of the new function")

    def test_replicas_of_an_app_share_its_calls(self, stack: Stack) -> None:
        replica = Sample(stack.sample.folder, stack.engine.base_url)
        replica.start()
        try:
            eventually(lambda: _sync(replica.url, stack.client), "the sync of the replica")
            events = [stack.send("pid") for _ in range(10)]
            pids = {stack.ended_run_of(event_id)["output"] for event_id in events}
        finally:
            replica.end(signal.SIGKILL)
        assert len(pids) == 2

        events = [stack.send("pid") for _ in range(10)]
        for event_id in events:
            assert stack.ended_run_of(event_id)["status"] == "Completed"


class TestPages:
    def test_a_run_is_shown_with_its_steps_and_can_be_started_again(self, stack: Stack) -> None:
        event_id = stack.send("journey", number="<b>7</b>")
        run = stack.ended_run_of(event_id)

        page = stack.page(f"/runs/{run['run_id']}")

        assert "<b>7</b>" not in page
        assert "&lt;b&gt;7&lt;/b&gt;" in page
        for shown in ("COMPLETED", "WaitForEvent", "InvokeFunction", "Sleep", "StepRun", "left"):
            assert shown in page
        again = stack.client.post(
            f"{stack.engine.base_url}/runs/{run['run_id']}/rerun",
            headers={"origin": stack.engine.base_url},
        )
        assert again.status_code == 303
        eventually(lambda: len(stack.runs_of(event_id)) == 2, "the second run")

    def test_a_run_can_be_cancelled(self, stack: Stack) -> None:
        event_id = stack.send("child", number=1)
        run_id = stack.runs_of(event_id)[0]["run_id"]

        stack.client.post(f"{stack.engine.base_url}/runs/{run_id}/cancel")

        assert stack.ended_run_of(event_id)["status"] == "Cancelled"

    def test_lists_show_runs_events_and_functions(self, stack: Stack) -> None:
        run = stack.ended_run_of(stack.send("pid"))

        assert run["run_id"] in stack.page("/?function=sample-pid&status=COMPLETED")
        assert run["run_id"] not in stack.page("/?function=sample-pid&status=FAILED")
        assert "sample/pid" in stack.page("/events?name=sample/pid")
        assert run["run_id"] in stack.page(f"/events/{run['event_id']}")
        assert "sample-journey" in stack.page("/functions")
        assert stack.sample.url in stack.page("/functions")

    @pytest.mark.parametrize(
        ("headers", "status"),
        [({"origin": "http://evil.example"}, 403), ({"host": "evil.example"}, 400)],
    )
    def test_other_sites_cannot_press_the_buttons(
        self, stack: Stack, headers: dict[str, str], status: int
    ) -> None:
        url = f"{stack.engine.base_url}/functions/sample-pid/invoke"

        assert stack.client.post(url, headers=headers).status_code == status

    def test_what_is_not_there_is_not_found(self, stack: Stack) -> None:
        for path in ("/runs/none", "/events/none", "/v1/runs/none", "/v1/events/none"):
            assert stack.client.get(f"{stack.engine.base_url}{path}").status_code == 404, path


class TestStart:
    def test_is_refused_in_production_with_one_line(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("BLACKLIGHT_ENV", "production")

        assert main(["--db", str(tmp_path / "engine.db")]) == 2

        errors = capsys.readouterr().err
        assert "BLACKLIGHT_ENV=production" in errors
        assert errors.count("\n") == 1

    def test_is_refused_on_a_database_in_use(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        database = Database(tmp_path / "engine.db")

        assert main(["--db", str(tmp_path / "engine.db")]) == 2

        assert "is open in another engine" in capsys.readouterr().err
        database.close()

    def test_is_refused_signed_without_a_key_that_works(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("INNGEST_SIGNING_KEY", "signkey-test-odd")

        assert main(["--db", str(tmp_path / "engine.db"), "--signed"]) == 2

        assert "INNGEST_SIGNING_KEY" in capsys.readouterr().err


def _sync(url: str, client: httpx.Client) -> bool:
    try:
        return client.put(url).is_success
    except httpx.TransportError:
        return False
