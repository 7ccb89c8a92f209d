"""SDKs in production mode: signed calls, and syncs and reads that need the key.

Against another engine, the whole suite runs signed when ``INNGEST_SIGNING_KEY`` is set.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from blacklight_devstack.engine.process import EngineProcess

from .conftest import authorisation, running_app
from .harness import Case, Conformance

pytestmark = [
    pytest.mark.conformance,
    pytest.mark.skipif(
        "INNGEST_BASE_URL" in os.environ, reason="the other engine is signed or not as it is"
    ),
]

KEYS = {
    "INNGEST_SIGNING_KEY": "signkey-test-0123456789abcdef0123456789abcdef",
    "INNGEST_EVENT_KEY": "the-event-key",
}
NEW_SIGNING_KEY = "signkey-test-fedcba9876543210fedcba9876543210"


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Conformance]:
    folder = tmp_path_factory.mktemp("signed")
    with (
        EngineProcess(folder, signed=True, environment=KEYS) as engine,
        running_app(engine.base_url, KEYS, folder) as app,
    ):
        yield app


def test_signed_runs_complete(signed: Conformance) -> None:
    case = Case()
    event_id = signed.send("memoised", case)

    assert signed.wait_for_output(signed.wait_for_run_of(event_id)) == [1, 2, 0, 1, 2, -1]


def test_a_large_state_is_fetched_with_the_key(signed: Conformance) -> None:
    event_id = signed.send("large-state", Case())

    assert signed.wait_for_output(signed.wait_for_run_of(event_id)) == 4 * 1_600_000


def test_events_under_another_key_are_refused(signed: Conformance) -> None:
    response = httpx.post(f"{signed.engine_url}/e/another-key", json={"name": "x"})

    assert response.status_code == 401


def test_a_sync_without_the_signing_key_is_refused(signed: Conformance) -> None:
    response = httpx.post(f"{signed.engine_url}/fn/register", json={})

    assert response.status_code == 401


def test_an_unsigned_call_is_refused_by_the_app(signed: Conformance) -> None:
    url = f"{signed.app_url}/api/inngest?fnId={signed.app_id}-plain&stepId=step"

    assert httpx.post(url, json={}).status_code == 401


def test_the_signing_key_is_replaced_while_both_are_known(tmp_path: Path) -> None:
    old, new = KEYS["INNGEST_SIGNING_KEY"], NEW_SIGNING_KEY
    both = KEYS | {"INNGEST_SIGNING_KEY": new, "INNGEST_SIGNING_KEY_FALLBACK": old}
    engine = EngineProcess(tmp_path, signed=True, environment=KEYS)
    with engine, running_app(engine.base_url, both, tmp_path) as app:
        app.client.headers.update(authorisation(old))
        assert run_is_completed(app)

        engine.stop()
        engine.environment = KEYS | {"INNGEST_SIGNING_KEY": new}
        engine.sdk_urls = [f"{app.app_url}/api/inngest"]
        engine.start()

        app.client.headers.update(authorisation(new))
        assert run_is_completed(app)


def run_is_completed(app: Conformance) -> bool:
    event_id = app.send("memoised", Case())
    output = app.wait_for_output(app.wait_for_run_of(event_id))
    return bool(output == [1, 2, 0, 1, 2, -1])
