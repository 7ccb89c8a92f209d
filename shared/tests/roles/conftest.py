from collections.abc import AsyncIterator

import pytest
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_shared.database import Database
from blacklight_shared.settings import Settings


@pytest.fixture
async def db(database: DatabaseUrls) -> AsyncIterator[Database]:
    connected = Database.from_settings(
        Settings.model_validate(
            {"database_url": database.app, "system_database_url": database.system}
        )
    )
    yield connected
    await connected.close()
