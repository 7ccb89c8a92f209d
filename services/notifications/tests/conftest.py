"""A worker's dependencies on a real database and a real mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from blacklight_devstack.emulators.serving import serving
from blacklight_devstack.emulators.smtp_sink import SinkClient, create_app
from blacklight_devstack.ports import free_port
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_notifications.deps import NotificationDeps, open_deps
from blacklight_notifications.settings import NotificationSettings
from blacklight_shared.settings import Environment
from pydantic import SecretStr

from services.notifications.tests.world import Sink, World


@pytest.fixture(scope="module")
def sink_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sink]:
    """A mail server for the tests of one module."""
    smtp_port = free_port()
    with serving(create_app(tmp_path_factory.mktemp("mails"), smtp_port)) as url:
        client = SinkClient(url)
        yield Sink(client, smtp_port)
        client.close()


@pytest.fixture
def sink(sink_server: Sink) -> Iterator[Sink]:
    """The mail server, without mails and faults."""
    yield sink_server
    sink_server.clear()


@pytest.fixture
def settings(database: DatabaseUrls, sink: Sink) -> NotificationSettings:
    return settings_for(database, sink)


@pytest.fixture
async def deps(settings: NotificationSettings) -> AsyncIterator[NotificationDeps]:
    async with open_deps(settings) as opened:
        yield opened


@pytest.fixture
async def world(deps: NotificationDeps) -> World:
    """A tenant, and what tests put into it."""
    return await World.make(deps)


def settings_for(database: DatabaseUrls, sink: Sink) -> NotificationSettings:
    return NotificationSettings(
        env=Environment.TEST,
        database_url=SecretStr(database.app),
        system_database_url=SecretStr(database.system),
        smtp_port=sink.smtp_port,
        mail_from="no-reply@mail.example.com",
        public_url="https://talent.example.com",
        smtp_private_hosts_allowed=True,
    )
