"""The worker as it is deployed, on a real engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import inngest
import pytest
from blacklight_devstack.engine_testing import (
    RunResult,
    TestEngine,
    WorkerUnderTest,
    running_engine,
    served_app,
)
from blacklight_email_sync.app import APP_ID
from blacklight_email_sync.deps import open_deps
from blacklight_email_sync.functions import WORKFLOWS
from blacklight_email_sync.functions.sync_user_email_inbox import sync_user_email_inbox
from blacklight_email_sync.settings import EmailSyncSettings
from blacklight_shared.events import SyncUserInbox
from blacklight_shared.workflows import create_worker_app
from fastapi import FastAPI


class Worker(WorkerUnderTest):
    """A running worker that reads what it syncs."""

    def sync(self, event: SyncUserInbox) -> RunResult:
        """Sync an inbox, and wait until its mails are read too."""
        run = self.run(event, "sync-user-email-inbox")
        self.settle()
        return run

    def settle(self) -> None:
        """Wait until every mail that was handed over for reading has been read."""
        for event in self.engine.events("email/parse-job-email"):
            self.wait_for_run(event["internal_id"], "parse-job-email")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestEngine]:
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture(scope="module")
def worker(engine: TestEngine, settings: EmailSyncSettings) -> Iterator[Worker]:
    """A worker that begins syncs as fast as they are asked for."""
    with unhurried(), served_app(worker_app(engine, settings)):
        yield Worker(engine, APP_ID)


@contextmanager
def unhurried() -> Iterator[None]:
    """Lift the pace at which syncs begin."""
    pace = inngest.Throttle(limit=6_000, period=timedelta(minutes=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sync_user_email_inbox.flow_control, "throttle", pace)
        yield


def worker_app(engine: TestEngine, settings: EmailSyncSettings) -> FastAPI:
    """The worker's app, to be served."""
    return create_worker_app(
        app_id=APP_ID,
        settings=settings.model_copy(
            update={"inngest_base_url": engine.base_url, "inngest_dev": True}
        ),
        workflows=WORKFLOWS,
        open_deps=open_deps,
    )
