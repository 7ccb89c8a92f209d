"""A worker with the workflows of the test's module, on a real engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from blacklight_devstack.engine_testing import TestEngine, running_engine
from blacklight_devstack.worker_testing import WorkerUnderTest, running_worker, worker_settings


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestEngine]:
    """An engine for the tests of one module."""
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture(scope="module")
def worker(request: pytest.FixtureRequest, engine: TestEngine) -> Iterator[WorkerUnderTest]:
    """A worker that serves the module's ``WORKFLOWS``; it has no database."""
    with running_worker(engine, request.module.WORKFLOWS, worker_settings(engine)) as worker:
        yield worker
