"""A worker's dependencies on a real database and emulated mail providers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes, emulated_mailboxes
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_email_sync.deps import EmailSyncDeps, open_deps
from blacklight_email_sync.settings import EmailSyncSettings
from blacklight_shared.models import MailboxProviderName
from inbox_world import Inbox, World, settings_for


@pytest.fixture(scope="session")
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedMailboxes]:
    """Google and Microsoft, for all tests of a process."""
    with emulated_mailboxes(tmp_path_factory.mktemp("certificates")) as both:
        yield both


@pytest.fixture
def far_side(providers: EmulatedMailboxes) -> Iterator[EmulatedMailboxes]:
    """Google and Microsoft, where nothing goes wrong unless the test says so."""
    yield providers
    providers.google.faults.clear()
    providers.microsoft.faults.clear()


@pytest.fixture(scope="module")
def settings(module_database: DatabaseUrls, providers: EmulatedMailboxes) -> EmailSyncSettings:
    return settings_for(module_database, providers)


@pytest.fixture
async def deps(settings: EmailSyncSettings) -> AsyncIterator[EmailSyncDeps]:
    async with open_deps(settings) as opened:
        yield opened


@pytest.fixture
async def world(deps: EmailSyncDeps, far_side: EmulatedMailboxes) -> World:
    """A tenant whose candidate wants to be a data engineer."""
    world = await World.make(deps, far_side)
    await world.candidate("Data Engineer", "ETL Developer")
    return world


@pytest.fixture(params=list(MailboxProviderName))
async def inbox(request: pytest.FixtureRequest, world: World) -> Inbox:
    """A connected inbox at each provider in turn."""
    return await world.inbox(MailboxProviderName(request.param))
