"""The client of an app, in development and behind signatures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import inngest
import pytest
from blacklight_devstack.worker_testing import RecordingDeps
from blacklight_shared.database import Database
from blacklight_shared.events import GenerateCandidateMatches
from blacklight_shared.settings import Settings
from blacklight_shared.workflows import create_client, create_worker_app, workflow
from fastapi.testclient import TestClient

SIGNING_KEY = "0123456789abcdef" * 4


@workflow(id="anything", trigger=GenerateCandidateMatches)
async def anything(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> int:
    return event.candidate_id


def settings(**values: object) -> Settings:
    return Settings.model_validate(
        {
            "database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "system_database_url": "postgresql+psycopg://nobody@127.0.0.1:1/none",
            "inngest_base_url": "http://127.0.0.1:8288",
            **values,
        }
    )


def serve(settings: Settings) -> TestClient:
    @asynccontextmanager
    async def open_deps(settings: Settings) -> AsyncIterator[RecordingDeps]:
        yield RecordingDeps(Database.from_settings(settings))

    app = create_worker_app(
        app_id="app", settings=settings, workflows=[anything], open_deps=open_deps
    )
    return TestClient(app)


def call(client: TestClient) -> tuple[int, object]:
    event = {"name": "job-match/generate-candidate", "data": {"candidate_id": 7, "tenant_id": 1}}
    run = {"attempt": 0, "run_id": "run", "stack": {"stack": []}}
    context = {**run, "disable_immediate_execution": False, "use_api": False}
    body = {"ctx": context, "event": event, "events": [event], "steps": {}, "use_api": False}
    response = client.post("/api/inngest?fnId=app-anything&stepId=step", json=body)
    return response.status_code, response.json()


@pytest.mark.parametrize("dev", [True, False])
def test_unsigned_calls_are_answered_in_development_only(dev: bool) -> None:
    key = None if dev else SIGNING_KEY
    with serve(settings(inngest_dev=dev, inngest_signing_key=key)) as client:
        status, answer = call(client)

    assert (status, answer == 7) == ((200, True) if dev else (401, False))


def test_the_settings_reach_the_client() -> None:
    client = create_client(
        "app", settings(inngest_event_key="key", inngest_signing_key=SIGNING_KEY)
    )

    assert client.app_id == "app"
    assert client.is_production
    assert client.api_origin == client.event_api_origin == "http://127.0.0.1:8288"
    assert (client.event_key, client.signing_key) == ("key", SIGNING_KEY)


def test_keys_are_not_shown() -> None:
    shown = repr(settings(inngest_event_key="the-key", inngest_signing_key=SIGNING_KEY))

    assert "the-key" not in shown
    assert SIGNING_KEY not in shown
