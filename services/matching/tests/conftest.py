"""A migrated database for each test, and what fills it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database
from blacklight_shared.settings import Settings

from services.matching.tests.world import HashedEmbeddings, World


@pytest.fixture
async def db(database: DatabaseUrls) -> AsyncIterator[Database]:
    connected = Database.from_settings(
        Settings.model_validate(
            {"database_url": database.app, "system_database_url": database.system}
        )
    )
    yield connected
    await connected.close()


@pytest.fixture
def world(db: Database) -> World:
    return World(db)


@pytest.fixture
def embeddings() -> HashedEmbeddings:
    return HashedEmbeddings()
