"""The sample sites, an engine, and a database of a test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from blacklight_devstack.engine_testing import TestEngine, running_engine
from blacklight_devstack.postgres_roles import DatabaseUrls

from services.registration.tests.world import Web, World, a_world, served_web, settings_for


@pytest.fixture(scope="module")
def web_of_module() -> Iterator[Web]:
    with served_web() as web:
        yield web


@pytest.fixture
def web(web_of_module: Web) -> Web:
    """The sample sites, of which nothing was asked yet."""
    web_of_module.forget()
    return web_of_module


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestEngine]:
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine


@pytest.fixture
async def world(database: DatabaseUrls) -> AsyncIterator[World]:
    async with a_world(settings_for(database)) as world:
        yield world
