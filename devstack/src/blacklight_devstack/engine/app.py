"""The ASGI application of the engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware

from blacklight_devstack.engine import api, graphql_api, pages
from blacklight_devstack.engine.engine import Engine
from blacklight_devstack.engine.options import EngineOptions


def create_app(options: EngineOptions) -> FastAPI:
    """Make the application; the engine runs while the application does."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = Engine(options)
        app.state.engine = engine
        async with engine.running():
            yield

    app = FastAPI(title="Blacklight local engine", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])
    for router in (api.router, api.keyed, graphql_api.router, pages.router):
        app.include_router(router)
    return app
