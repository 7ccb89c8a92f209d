"""The worker's workflows on a local engine, with a real database behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from blacklight_devstack.engine_testing import RunResult, TestEngine, running_engine, served_app
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_matching.app import APP_ID
from blacklight_matching.deps import MatchingDeps
from blacklight_matching.document_reader import DocumentReader
from blacklight_matching.functions import WORKFLOWS
from blacklight_matching.settings import MatchingSettings
from blacklight_shared.database import Database
from blacklight_shared.events import Event
from blacklight_shared.workflows import Workflow, create_worker_app
from pydantic import SecretStr

from services.matching.tests.world import HashedEmbeddings


@dataclass(frozen=True)
class Worker:
    """A running worker and the engine that calls it."""

    engine: TestEngine
    embeddings: HashedEmbeddings

    def run(self, workflow: Workflow[Any, Any, Any], *events: Event) -> RunResult:
        """Send events and wait until the one run that they start has ended."""
        ids = [self.engine.send(event)[0] for event in events]
        return self.engine.wait_for_run(ids[0], f"{APP_ID}-{workflow.id}", timeout=60)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestEngine]:
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture
def worker(
    engine: TestEngine, database: DatabaseUrls, embeddings: HashedEmbeddings
) -> Iterator[Worker]:
    settings = MatchingSettings(
        database_url=SecretStr(database.app),
        system_database_url=SecretStr(database.system),
        inngest_base_url=engine.base_url,
        inngest_dev=True,
    )

    @asynccontextmanager
    async def open_deps(_settings: MatchingSettings) -> AsyncIterator[MatchingDeps]:
        connected, documents = Database.from_settings(settings), DocumentReader()
        yield MatchingDeps(connected, embeddings, documents)
        await documents.aclose()
        await connected.close()

    app = create_worker_app(
        app_id=APP_ID, settings=settings, workflows=WORKFLOWS, open_deps=open_deps
    )
    with served_app(app):
        yield Worker(engine, embeddings)
