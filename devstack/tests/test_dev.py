import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest
from blacklight_devstack.boundaries import IS_LONG
from blacklight_devstack.clean import remove_state
from blacklight_devstack.postgres import EmbeddedPostgres

pytestmark = pytest.mark.e2e

COMMAND = [sys.executable, "-m", "blacklight_devstack"]
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")},
    "ENGINE": "local",
}


@pytest.fixture
def state() -> Iterator[Path]:
    # Not tmp_path: its parents have mode 0700, so a database started by root would go elsewhere.
    folder = Path(tempfile.mkdtemp(prefix="blacklight-dev-"))
    folder.chmod(0o755)
    yield folder / "state"
    if (folder / "state").exists():
        EmbeddedPostgres(folder / "state").stop(immediate=True)
    shutil.rmtree(folder)


@contextmanager
def running_dev(state: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`make dev`, up; gives the process and the URL of the API that it prints."""
    with subprocess.Popen(  # noqa: S603 - our own code
        [*COMMAND, "dev", "--state", str(state)],
        env=ENVIRONMENT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            if "Ctrl-C" in line:
                break
        try:
            url = re.search(r"API +(http://\S+)", printed)
            assert url is not None, printed
            yield process, url[1]
        finally:
            process.kill()


def stop(process: subprocess.Popen[str]) -> int:
    family = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    exit_code = process.wait(60)
    assert [member for member in family if member.is_running()] == []
    return exit_code


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def keys(state: Path) -> dict[str, str]:
    file = state / "dev.json"
    assert file.stat().st_mode & 0o777 == 0o600
    found: dict[str, str] = json.loads(file.read_text())
    return found


@pytest.mark.chaos
@pytest.mark.skipif(not IS_LONG, reason="starts the whole system twice; the long form runs it")
def test_dev_keeps_its_data_and_clean_removes_it(state: Path) -> None:
    with running_dev(state) as (process, url):
        key = keys(state)["api_key"]
        answer = httpx.get(
            f"{url}/candidates", headers={"Authorization": f"Bearer {key}"}, trust_env=False
        )
        assert answer.status_code == 200, answer.text
        assert stop(process) == 0
    assert EmbeddedPostgres(state).pid is None

    with running_dev(state) as (process, url):
        assert keys(state)["api_key"] == key
        again = httpx.get(
            f"{url}/candidates", headers={"Authorization": f"Bearer {key}"}, trust_env=False
        )
        assert again.status_code == 200, again.text
        process.kill()
        process.wait()

    left = EmbeddedPostgres(state).pid
    assert left is not None
    cleaned = subprocess.run([*COMMAND, "clean", "--state", str(state)], check=False)  # noqa: S603
    assert cleaned.returncode == 0
    assert not state.exists()
    assert is_gone(left)


def test_removing_state_includes_stacks_below_and_tolerates_none(state: Path) -> None:
    (state / "demo").mkdir(parents=True)
    server = EmbeddedPostgres(state / "demo", fast=True)
    server.start()
    pid = server.pid
    assert pid is not None
    asyncio.run(remove_state(state))
    assert is_gone(pid)
    assert not state.exists()
    asyncio.run(remove_state(state))


def test_a_wrong_choice_is_explained_in_one_line(state: Path) -> None:
    url = "postgresql://nobody:secret@127.0.0.1:1/none"
    done = subprocess.run(  # noqa: S603 - our own code
        [*COMMAND, "dev", "--state", str(state)],
        env={**ENVIRONMENT, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL: cannot connect: ")
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr
