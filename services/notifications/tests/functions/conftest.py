"""The worker as it is deployed, on a real engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from blacklight_devstack.engine_testing import (
    TestEngine,
    WorkerUnderTest,
    running_engine,
    served_app,
)
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_notifications.app import APP_ID
from blacklight_notifications.deps import open_deps
from blacklight_notifications.functions import WORKFLOWS
from blacklight_shared.workflows import create_worker_app

from services.notifications.tests.conftest import settings_for
from services.notifications.tests.world import Sink


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestEngine]:
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture
def database(module_database: DatabaseUrls) -> DatabaseUrls:
    """One for all tests of a module, as a worker serves them all; each has a tenant of its own."""
    return module_database


@pytest.fixture(scope="module")
def worker(
    engine: TestEngine, module_database: DatabaseUrls, sink_server: Sink
) -> Iterator[WorkerUnderTest]:
    with running_worker(engine, module_database, sink_server) as worker:
        yield worker


@contextmanager
def running_worker(
    engine: TestEngine, database: DatabaseUrls, sink: Sink
) -> Iterator[WorkerUnderTest]:
    settings = settings_for(database, sink).model_copy(
        update={"inngest_base_url": engine.base_url, "inngest_dev": True}
    )
    app = create_worker_app(
        app_id=APP_ID, settings=settings, workflows=WORKFLOWS, open_deps=open_deps
    )
    with served_app(app):
        yield WorkerUnderTest(engine, APP_ID)
