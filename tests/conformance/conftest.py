"""Starts the app, and the local engine unless ``INNGEST_BASE_URL`` names another.

Another engine has to retry fast, as ``inngest dev --retry-interval 1 --tick 20`` does; the default
backoff outlasts the tests' patience. ``INNGEST_EVENT_KEY`` and ``INNGEST_SIGNING_KEY`` are its
keys, if it has any.
If it does not run on this machine, ``INNGEST_SERVE_ORIGIN`` is how it reaches the app, whose port
is then fixed with ``CONFORMANCE_PORT``.
"""

import hashlib
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from blacklight_devstack.engine.process import EngineProcess
from blacklight_devstack.ports import free_port

from .harness import Conformance, eventually

_ROOT = Path(__file__).parents[2]
_SIGNING_KEY_PREFIX = re.compile(r"^signkey-\w+-")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the suite on one pytest worker, so that one engine and one app serve it all."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("conformance"))


@pytest.fixture(scope="session")
def engine_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The engine under test."""
    given = os.environ.get("INNGEST_BASE_URL")
    if given:
        yield given.rstrip("/")
        return
    with EngineProcess(tmp_path_factory.mktemp("engine")) as engine:
        yield engine.base_url


@pytest.fixture(scope="session")
def conformance(engine_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conformance]:
    """The app, synced with the engine."""
    keys = {
        name: os.environ[name]
        for name in ("INNGEST_EVENT_KEY", "INNGEST_SIGNING_KEY")
        if os.environ.get("INNGEST_BASE_URL") and os.environ.get(name)
    }
    with running_app(engine_url, keys, tmp_path_factory.mktemp("app")) as app:
        yield app


@contextmanager
def running_app(engine_url: str, keys: dict[str, str], folder: Path) -> Iterator[Conformance]:
    """Run the app in a process of its own until the block ends."""
    app_id = f"conformance-{uuid.uuid4().hex[:8]}"
    port = int(os.environ.get("CONFORMANCE_PORT") or free_port())
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("INNGEST_")
    } | {
        "CONFORMANCE_APP_ID": app_id,
        "INNGEST_API_BASE_URL": engine_url,
        "INNGEST_EVENT_API_BASE_URL": engine_url,
        **({} if "INNGEST_SIGNING_KEY" in keys else {"INNGEST_DEV": "1"}),
        **keys,
    }
    if origin := os.environ.get("INNGEST_SERVE_ORIGIN"):
        environment["INNGEST_SERVE_ORIGIN"] = origin
    app = Conformance(
        engine_url=engine_url,
        app_url=f"http://127.0.0.1:{port}",
        app_id=app_id,
        event_key=keys.get("INNGEST_EVENT_KEY", "conformance"),
        client=httpx.Client(
            headers=authorisation(keys.get("INNGEST_SIGNING_KEY")), timeout=30.0, trust_env=False
        ),
    )
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(_ROOT), "--port", str(port)]
    with (folder / "app.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the app beside this file
            [*command, "--log-level", "warning", "tests.conformance.app:app"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: _sync(app), f"the sync of {app_id} (see {folder / 'app.log'})")
        yield app
    finally:
        app.client.close()
        process.terminate()
        process.wait(timeout=20)


def _sync(app: Conformance) -> bool:
    """Ask the app to register itself with the engine."""
    try:
        response = app.client.put(f"{app.app_url}/api/inngest")
    except httpx.TransportError:
        return False
    assert response.status_code == 200, response.text
    return True


def authorisation(signing_key: str | None) -> dict[str, str]:
    """The header by which an engine with this key lets its runs be read."""
    if signing_key is None:
        return {}
    digits = _SIGNING_KEY_PREFIX.sub("", signing_key)
    digest = hashlib.sha256(bytes.fromhex(digits)).hexdigest()
    prefix = signing_key.removesuffix(digits)
    return {"authorization": f"Bearer {prefix}{digest}"}
