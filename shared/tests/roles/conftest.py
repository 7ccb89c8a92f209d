from collections.abc import AsyncIterator

import pytest
from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database


@pytest.fixture
async def db(database: DatabaseUrls, kept_engines: KeptEngines) -> AsyncIterator[Database]:
    connected = kept_engines.use(database)
    yield connected
    await connected.close()
