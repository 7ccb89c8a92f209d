"""Engines that a test process keeps, while the databases of its tests come and go."""

from __future__ import annotations

from functools import partial
from typing import Any

from blacklight_shared.database import Database
from blacklight_shared.settings import Environment, Settings
from pydantic import SecretStr
from sqlalchemy import Engine, event, make_url

from blacklight_devstack.postgres_roles import DatabaseUrls


class KeptEngines:
    """The engines of both roles, for one database of a server after the other.

    An engine remembers how statements are written in SQL. To write them anew for each test takes
    longer than to run them.

    Args:
        urls: Of any database of the server; nothing connects yet.
    """

    def __init__(self, urls: DatabaseUrls) -> None:
        self._database = Database.from_settings(
            Settings(
                env=Environment.TEST,
                database_url=SecretStr(urls.app),
                system_database_url=SecretStr(urls.system),
            )
        )
        self._engines = (
            self._database.app_engine.sync_engine,
            self._database.system_engine.sync_engine,
        )
        for engine in self._engines:
            event.listen(engine, "do_connect", partial(_choose_database, engine))

    def use(self, urls: DatabaseUrls) -> Database:
        """From now on connect to another database; whoever uses it has closed the one before.

        Args:
            urls: Of the database; the server and its logins are the same for all.
        """
        name = make_url(urls.app).database
        for engine in self._engines:
            engine.url = engine.url.set(database=name)
        return self._database


def _choose_database(
    engine: Engine,
    _dialect: object,
    _record: object,
    _arguments: object,
    parameters: dict[str, Any],
) -> None:
    parameters["dbname"] = engine.url.database
