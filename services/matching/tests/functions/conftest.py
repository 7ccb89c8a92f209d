"""The worker's workflows on a local engine, with a real database behind them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from blacklight_devstack.boundaries import Deaths, Fate, Moment
from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.engine_testing import RunResult, TestEngine, running_engine, served_app
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_matching.app import APP_ID
from blacklight_matching.deps import MatchingDeps
from blacklight_matching.document_reader import DocumentReader
from blacklight_matching.functions import WORKFLOWS
from blacklight_matching.functions.apply_role_review import apply_role_review
from blacklight_matching.functions.cleanup_stale_sessions import cleanup_stale_sessions
from blacklight_matching.functions.expire_old_jobs import expire_old_jobs
from blacklight_matching.functions.forget_deleted_candidate import forget_deleted_candidate
from blacklight_matching.functions.reset_completed_roles import reset_completed_roles
from blacklight_matching.functions.resume_stalled_work import resume_stalled_work
from blacklight_matching.functions.suggest_similar_roles import suggest_similar_roles
from blacklight_matching.settings import MatchingSettings
from blacklight_shared.database import Database
from blacklight_shared.events import Event
from blacklight_shared.workflows import Workflow, create_worker_app
from fastapi import FastAPI
from pydantic import SecretStr

from services.matching.tests.world import SECRET_BOX, HashedEmbeddings

FIRST_IN_LINE = (
    apply_role_review,
    cleanup_stale_sessions,
    expire_old_jobs,
    forget_deleted_candidate,
    reset_completed_roles,
    resume_stalled_work,
    suggest_similar_roles,
)


@dataclass(frozen=True)
class Worker:
    """A running worker and the engine that calls it."""

    engine: TestEngine
    embeddings: HashedEmbeddings

    def run(self, workflow: Workflow[Any, Any, Any], *events: Event) -> RunResult:
        """Send events and wait until the one run that they start has ended."""
        ids = [self.engine.send(event)[0] for event in events]
        return self.engine.wait_for_run(ids[0], f"{APP_ID}-{workflow.id}", timeout=60)

    def trigger(self, workflow: Workflow[Any, Any, Any]) -> RunResult:
        """Run a scheduled workflow now, to its end."""
        event_id = self.engine.invoke(f"{APP_ID}-{workflow.id}", {})
        return self.engine.wait_for_run(event_id, f"{APP_ID}-{workflow.id}", timeout=60)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestEngine]:
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture(scope="session")
def worker_engines(postgres_server: EmbeddedPostgres) -> KeptEngines:
    """Those of one worker after the other; the tests have their own, in another thread."""
    return KeptEngines(postgres_server.urls("postgres"))


@pytest.fixture
def worker(
    engine: TestEngine,
    database: DatabaseUrls,
    embeddings: HashedEmbeddings,
    worker_engines: KeptEngines,
) -> Iterator[Worker]:
    with served_app(worker_app(engine, database, worker_engines, embeddings, WORKFLOWS)):
        yield Worker(engine, embeddings)


@pytest.fixture(params=Moment)
def dying_worker(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    database: DatabaseUrls,
    embeddings: HashedEmbeddings,
    worker_engines: KeptEngines,
) -> Iterator[Worker]:
    """A worker that is killed once in each call of the engine, before its work or after it.

    It has an engine of its own, and none of the workflows that others set going.
    """
    deaths = Deaths(Fate(boundary=None, moments=(request.param,)))
    with running_engine(tmp_path) as engine:
        app = worker_app(engine, database, worker_engines, embeddings, FIRST_IN_LINE)
        with served_app(deaths.of(app)):
            yield Worker(engine, embeddings)
    assert deaths.count == deaths.boundaries >= 2


def worker_app(
    engine: TestEngine,
    database: DatabaseUrls,
    engines: KeptEngines,
    embeddings: HashedEmbeddings,
    workflows: Sequence[Workflow[Any, MatchingDeps, Any]],
    **options: Any,
) -> FastAPI:
    """The worker's app, with embeddings that need no model.

    The options are those of ``MatchingDeps``.
    """
    settings = MatchingSettings(
        database_url=SecretStr(database.app),
        system_database_url=SecretStr(database.system),
        inngest_base_url=engine.base_url,
        inngest_dev=True,
    )

    @asynccontextmanager
    async def open_deps(_settings: MatchingSettings) -> AsyncIterator[MatchingDeps]:
        connected, documents = engines.use(database), DocumentReader()
        yield MatchingDeps(connected, embeddings, documents, SECRET_BOX, **options)
        await documents.aclose()
        await connected.close()

    return create_worker_app(
        app_id=APP_ID, settings=settings, workflows=workflows, open_deps=open_deps
    )


@asynccontextmanager
async def connected_to(urls: DatabaseUrls, engines: KeptEngines) -> AsyncIterator[Database]:
    """A database that a test made itself."""
    db = engines.use(urls)
    try:
        yield db
    finally:
        await db.close()
