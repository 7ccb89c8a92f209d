"""A database, and an event API over real HTTP that answers as the test says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database
from blacklight_shared.models import Tenant
from blacklight_shared.outbox import EventApi
from blacklight_shared.settings import Settings
from fastapi import FastAPI, Request, Response
from sqlalchemy import insert


@dataclass
class Engine:
    """What the event API received, and how it answers."""

    origin: str = ""
    received: list[dict[str, object]] = field(default_factory=list)
    refused_names: set[str] = field(default_factory=set)
    status: int = 200

    @property
    def names(self) -> list[object]:
        return [event["name"] for event in self.received]


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    state = Engine()
    app = FastAPI()

    @app.post("/e/{key}")
    async def receive(key: str, request: Request) -> Response:
        events = await request.json()
        if state.status != 200:
            return Response(status_code=state.status)
        if any(event["name"] in state.refused_names for event in events):
            return Response("event refused", status_code=400)
        state.received.extend(events)
        return Response('{"ids": [], "status": 200}', media_type="application/json")

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    state.origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    while not server.started:
        await asyncio.sleep(0.01)
    yield state
    server.should_exit = True
    await serving
    listener.close()


@pytest.fixture
async def event_api(engine: Engine) -> AsyncIterator[EventApi]:
    async with EventApi(engine.origin, "test-key") as api:
        yield api


@pytest.fixture
async def db(database: DatabaseUrls) -> AsyncIterator[Database]:
    settings = Settings(database_url=database.app, system_database_url=database.system)
    opened = Database.from_settings(settings)
    yield opened
    await opened.close()


@pytest.fixture
async def tenant_id(db: Database) -> int:
    async with db.global_session() as session:
        return (
            await session.execute(
                insert(Tenant).values(slug="north", name="North").returning(Tenant.id)
            )
        ).scalar_one()
