from __future__ import annotations

import pytest
from blacklight_devstack.database_testing import KeptEngines
from blacklight_devstack.postgres_roles import DatabaseUrls
from sqlalchemy import make_url, text


@pytest.fixture(scope="module")
def kept(module_database: DatabaseUrls) -> KeptEngines:
    """Made for the first database, and kept for the next ones."""
    return KeptEngines(module_database)


@pytest.mark.parametrize("attempt", [1, 2])
async def test_both_roles_are_where_the_test_is(
    kept: KeptEngines, database: DatabaseUrls, attempt: int
) -> None:
    connected, name = kept.use(database), make_url(database.app).database
    for session in (connected.global_session(), connected.system_session()):
        async with session as opened:
            assert await opened.scalar(text("SELECT current_database()")) == name
    for engine, url in (
        (connected.app_engine, database.app),
        (connected.system_engine, database.system),
    ):
        assert engine.url.render_as_string(hide_password=False) == url
    await connected.close()
