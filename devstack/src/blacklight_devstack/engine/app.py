"""The ASGI application of the engine."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from blacklight_devstack.engine import api, graphql_api, pages
from blacklight_devstack.engine.engine import Engine
from blacklight_devstack.engine.options import EngineOptions
from blacklight_devstack.ports import LOOPBACK


def create_app(options: EngineOptions, on_fault: Callable[[], None] | None = None) -> FastAPI:
    """Make the application; the engine runs while the application does.

    Args:
        options: How the engine runs.
        on_fault: Called when a part of the engine fails.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = Engine(options, on_fault=on_fault)
        app.state.engine = engine
        async with engine.running():
            yield

    app = FastAPI(title="Blacklight local engine", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost", *options.names])
    for router in (api.router, api.keyed, graphql_api.router, pages.router):
        app.include_router(router)
    return app
