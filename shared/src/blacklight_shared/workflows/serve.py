"""The web app of a worker: the engine calls it, machines watch it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Generic, Protocol, TypeVar

import inngest.fast_api
import structlog
from fastapi import FastAPI, Request, Response, status
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from blacklight_shared.database import Database
from blacklight_shared.logging import configure_logging
from blacklight_shared.metrics import metrics_response
from blacklight_shared.request_context import QUIET_PATHS, RequestContextMiddleware
from blacklight_shared.settings import Settings
from blacklight_shared.telemetry import configure_tracing
from blacklight_shared.workflows.client import create_client
from blacklight_shared.workflows.functions import Workflow
from blacklight_shared.workflows.readiness import EngineContact, Readiness, check_readiness

SERVE_PATH = "/api/inngest"

_log = structlog.stdlib.get_logger(__name__)


class WorkerDeps(Protocol):
    """What every worker gives to its workflows, besides its own."""

    @property
    def database(self) -> Database:
        """The database; also what ``/readyz`` asks."""


SettingsT = TypeVar("SettingsT", bound=Settings)
DepsT = TypeVar("DepsT", bound=WorkerDeps)

OpenDeps = Callable[[SettingsT], AbstractAsyncContextManager[DepsT]]


def create_worker_app(
    *,
    app_id: str,
    settings: SettingsT,
    workflows: Sequence[Workflow[Any, DepsT, Any]],
    open_deps: OpenDeps[SettingsT, DepsT],
) -> FastAPI:
    """Make the app that serves a service's workflows.

    It answers the engine at ``/api/inngest``, and ``/healthz`` (the process runs), ``/readyz`` (the
    database answers and is migrated) and ``/metrics``. Uvicorn's graceful shutdown lets the step in
    hand finish before the dependencies are closed; the engine goes on with the run elsewhere.

    Args:
        app_id: Name of the app at the engine, also of the service in logs and traces.
        settings: The service's settings.
        workflows: Everything the app serves.
        open_deps: Opens what the workflows need when the app starts, and closes it at its end.
    """
    configure_logging(settings, service=app_id)
    deps = _Deps[DepsT]()
    contact = EngineContact()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop_tracing = configure_tracing(app_id)
        try:
            async with open_deps(settings) as opened:
                deps.opened = opened
                _log.info("worker started", workflows=[workflow.id for workflow in workflows])
                yield
        finally:
            stop_tracing()

    app = FastAPI(
        title=app_id,
        lifespan=lifespan,
        openapi_url=None,
        telemetry={"exclude": lambda scope: scope["path"] in {SERVE_PATH, *QUIET_PATHS}},
    )
    client = create_client(app_id, settings)
    functions = [workflow.bind(client, deps.get) for workflow in workflows]
    inngest.fast_api.serve(app, client, functions, serve_path=SERVE_PATH)
    _add_probes(app, deps, contact)
    app.add_middleware(_WatchEngine, contact=contact)
    app.add_middleware(RequestContextMiddleware, quiet_paths=QUIET_PATHS | {SERVE_PATH})
    return app


class _Deps(Generic[DepsT]):
    """Where the workflows, which are bound before the app starts, find what it opens."""

    opened: DepsT | None = None

    def get(self) -> DepsT:
        if self.opened is None:
            raise RuntimeError("the app has not started")
        return self.opened


class _WatchEngine:
    """Notes every call and sync of the engine that is answered without an error (ASGI)."""

    def __init__(self, app: ASGIApp, contact: EngineContact) -> None:
        self._app = app
        self._contact = contact

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                self._note(scope["method"])
            await send(message)

        called = scope["type"] == "http" and scope["path"] == SERVE_PATH
        await self._app(scope, receive, watch if called else send)

    def _note(self, method: str) -> None:
        if method == "PUT":
            self._contact.last_sync = datetime.now(UTC)
        elif method == "POST":
            self._contact.last_call = datetime.now(UTC)


def _add_probes(app: FastAPI, deps: _Deps[DepsT], contact: EngineContact) -> None:
    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(response: Response) -> Readiness:
        readiness = await check_readiness(deps.get().database, contact)
        if not readiness.ready:
            response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
        return readiness

    @app.get("/metrics")
    async def metrics(_request: Request) -> Response:
        return metrics_response()
