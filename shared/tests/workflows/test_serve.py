"""The worker app: its probes, its start and its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import inngest
import psycopg
import pytest
from blacklight_devstack.engine_testing import TestEngine, wait_until
from blacklight_devstack.postgres_roles import DatabaseUrls, connect
from blacklight_devstack.worker_testing import (
    RecordingDeps,
    WorkerUnderTest,
    running_worker,
    worker_settings,
)
from blacklight_shared.events import GenerateCandidateMatches
from blacklight_shared.workflows import Workflow, workflow
from pydantic import SecretStr


@workflow(id="takes-a-while", trigger=GenerateCandidateMatches)
async def takes_a_while(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> None:
    async def work() -> None:
        deps.note("started", "started")
        await asyncio.sleep(0.5)
        deps.note("finished", f"finished, open: {deps.is_open}")

    await ctx.step.run("work", work)


WORKFLOWS: list[Workflow[Any, RecordingDeps, Any]] = [takes_a_while]


@pytest.fixture
def worker(engine: TestEngine, database: DatabaseUrls) -> Iterator[WorkerUnderTest]:
    settings = worker_settings(
        engine,
        database_url=SecretStr(database.app),
        system_database_url=SecretStr(database.system),
    )
    with running_worker(engine, WORKFLOWS, settings) as worker:
        yield worker


@pytest.fixture
def owner(database: DatabaseUrls) -> Iterator[psycopg.Connection]:
    with connect(database.owner) as connection:
        yield connection


def ready(worker: WorkerUnderTest) -> tuple[int, dict[str, Any]]:
    response = httpx.get(f"{worker.url}/readyz", timeout=10)
    return response.status_code, response.json()


class TestProbes:
    def test_a_worker_on_a_migrated_database_is_ready(self, worker: WorkerUnderTest) -> None:
        status, readiness = ready(worker)

        assert status == 200
        assert readiness["database"] == "ok"
        assert readiness["schema_state"] == "current"

    def test_syncs_and_calls_of_the_engine_are_told_apart(self, worker: WorkerUnderTest) -> None:
        _, before = ready(worker)
        worker.run(takes_a_while, GenerateCandidateMatches(candidate_id=1, tenant_id=1))
        _, after = ready(worker)

        assert before["engine"]["last_sync"] is not None
        assert before["engine"]["last_call"] is None
        assert after["engine"]["last_call"] > before["engine"]["last_sync"]

    def test_an_old_schema_is_not_ready(
        self, worker: WorkerUnderTest, owner: psycopg.Connection
    ) -> None:
        owner.execute("DELETE FROM alembic_version")

        status, readiness = ready(worker)

        assert (status, readiness["schema_state"]) == (503, "older")

    def test_the_schema_of_a_newer_release_is_ready(
        self, worker: WorkerUnderTest, owner: psycopg.Connection
    ) -> None:
        owner.execute("UPDATE alembic_version SET version_num = 'of-next-year'")

        status, readiness = ready(worker)

        assert (status, readiness["schema_state"]) == (200, "newer")

    def test_without_a_database_it_lives_and_is_not_ready(self, engine: TestEngine) -> None:
        with running_worker(engine, WORKFLOWS, worker_settings(engine)) as worker:
            status, readiness = ready(worker)
            health = httpx.get(f"{worker.url}/healthz")

        assert (status, readiness["ready"]) == (503, False)
        assert readiness["database"] == "OperationalError"
        assert health.status_code == 200

    def test_metrics_are_in_prometheus_format(self, worker: WorkerUnderTest) -> None:
        response = httpx.get(f"{worker.url}/metrics")

        assert response.headers["content-type"].startswith("text/plain")
        assert "# TYPE blacklight_workflow_runs_started_total counter" in response.text


class TestShutdown:
    def test_lets_the_step_in_hand_finish_before_it_closes_what_the_step_uses(
        self, engine: TestEngine
    ) -> None:
        with running_worker(engine, WORKFLOWS, worker_settings(engine)) as worker:
            worker.start(takes_a_while, GenerateCandidateMatches(candidate_id=1, tenant_id=1))
            wait_until(lambda: worker.deps.notes, "the step")

        assert worker.deps.notes == ["started", "finished, open: True"]
        assert not worker.deps.is_open
