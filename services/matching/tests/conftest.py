"""A migrated database for each test, and what fills it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database

from services.matching.tests.world import HashedEmbeddings, World


@pytest.fixture
async def db(database: DatabaseUrls, kept_engines: KeptEngines) -> AsyncIterator[Database]:
    connected = kept_engines.use(database)
    yield connected
    await connected.close()


@pytest.fixture
def world(db: Database) -> World:
    return World(db)


@pytest.fixture
def embeddings() -> HashedEmbeddings:
    return HashedEmbeddings()
