"""The worker is killed at every boundary between steps, and in the middle of a storm."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

import pytest
from blacklight_devstack.boundaries import SPARED, Deaths, Moment, check_every_boundary
from blacklight_devstack.emulators.faults import Fault
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes
from blacklight_devstack.engine_testing import TestEngine, served_app
from blacklight_email_sync.app import APP_ID
from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.settings import EmailSyncSettings
from blacklight_shared.models import EmailMessageStatus, MailboxProviderName, SyncRunStatus
from functions.conftest import unhurried, worker_app
from inbox_world import Inbox, World, mail, requirement

IS_LONG = os.environ.get("BLACKLIGHT_CHAOS") == "long"

# A worker that is killed closes nothing; its sockets are closed when they are collected.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


async def test_the_end_is_the_same_wherever_the_worker_is_killed(
    engine: TestEngine,
    settings: EmailSyncSettings,
    deps: EmailSyncDeps,
    far_side: EmulatedMailboxes,
) -> None:
    async def play(deaths: Deaths) -> object:
        world = await World.make(deps, far_side)
        await world.candidate("Data Engineer")
        inboxes = [await world.inbox(provider) for provider in MailboxProviderName]
        for inbox in inboxes:
            inbox.receive(requirement(1))
            inbox.receive(requirement(2))
            lunch = "Lunch for all data engineers at noon."
            inbox.receive(mail("Data engineers meet", lunch, message_id="<lunch@example.com>"))
        with unhurried(), served_app(deaths.of(worker_app(engine, settings))):
            await sync_all(engine, inboxes)
            await all_read(world)
        return [
            sorted((stored.message_id, stored.status) for stored in await world.mails()),
            sorted(posting.location or "" for posting in await world.postings()),
            len(await world.sources()),
            Counter(name for name, _ in await world.events()),
            [await counts(world, inbox) for inbox in inboxes],
            await jobs_created(world, inboxes),
        ]

    assert await check_every_boundary(play, at_least=8) >= 8


async def counts(world: World, inbox: Inbox) -> tuple[int, int, list[str]]:
    integration = await world.integration(inbox)
    runs = [run.status for run in await world.sync_runs(inbox)]
    return (integration.messages_found, integration.messages_queued, runs)


async def jobs_created(world: World, inboxes: Sequence[Inbox]) -> int:
    """By all inboxes: which one gives a posting that came to several is a race."""
    integrations = [await world.integration(inbox) for inbox in inboxes]
    return sum(integration.jobs_created for integration in integrations)


@pytest.mark.parametrize(
    ("inboxes_count", "mails_each"),
    [
        (4, 12),
        pytest.param(
            *(40, 200),
            marks=[
                pytest.mark.chaos,
                pytest.mark.timeout(3_600),
                pytest.mark.skipif(not IS_LONG, reason="the long form: BLACKLIGHT_CHAOS=long"),
            ],
        ),
    ],
)
async def test_a_storm_of_faults_and_three_killed_workers(
    engine: TestEngine,
    settings: EmailSyncSettings,
    deps: EmailSyncDeps,
    far_side: EmulatedMailboxes,
    inboxes_count: int,
    mails_each: int,
) -> None:
    """Every mail ends in one recorded result, no posting is made twice, no cursor is lost."""
    world = await World.make(deps, far_side)
    await world.candidate("Data Engineer")
    kinds = list(MailboxProviderName)
    inboxes = [await world.inbox(kinds[number % 2]) for number in range(inboxes_count)]
    for number, inbox in enumerate(inboxes):
        for index in range(mails_each):
            message_id = f"<{number}-{index}@vendor.example.com>"
            inbox.receive(requirement(index, message_id=message_id))
    impatient = settings.model_copy(update={"provider_timeout": timedelta(seconds=0.5)})
    calls = inboxes_count * mails_each
    deaths = ThreeDeaths([calls // 4, calls // 2, calls])
    with unhurried(), storm(far_side), served_app(deaths.of(worker_app(engine, impatient))):
        await sync_all(engine, inboxes)
        await all_read(world)
    assert deaths.count == 3
    with unhurried(), served_app(worker_app(engine, settings)):
        await sync_all(engine, inboxes)
        await all_read(world)
    await assert_everything_is_there(world, inboxes, mails_each)


class ThreeDeaths(Deaths):
    """Dies in some of the engine's calls, counted as they come, and cuts off all others."""

    def __init__(self, calls: Collection[int]) -> None:
        super().__init__(SPARED)
        self._calls = calls
        self._seen = 0

    def next_moment(self, call: bytes) -> Moment | None:
        self._seen += 1
        return Moment.BEFORE_THE_WORK if self._seen in self._calls else None


@contextmanager
def storm(far_side: EmulatedMailboxes) -> Iterator[None]:
    """One call in eleven goes wrong."""
    for provider in (far_side.google, far_side.microsoft):
        order = provider.faults.order
        order(Fault.RATE_LIMITED, times=None, probability=0.03)
        order(Fault.RATE_LIMITED, times=None, probability=0.005, delay_seconds=1)
        order(Fault.SERVER_ERROR, times=None, probability=0.03)
        order(Fault.BAD_GATEWAY, times=None, probability=0.02)
        order(Fault.SLOW, times=None, probability=0.005, delay_seconds=1)
    yield
    for provider in (far_side.google, far_side.microsoft):
        provider.faults.orders.clear()


async def sync_all(engine: TestEngine, inboxes: Sequence[Inbox]) -> None:
    """Sync inboxes at the same time, and wait for the ends of the runs."""
    event_ids = engine.send(*(inbox.sync_event() for inbox in inboxes))
    for event_id in event_ids:
        await asyncio.to_thread(
            engine.wait_for_run, event_id, f"{APP_ID}-sync-user-email-inbox", timeout=1_800
        )


async def all_read(world: World) -> None:
    """Wait until no mail waits any more."""
    while await world.waiting():
        await asyncio.sleep(0.2)


async def assert_everything_is_there(
    world: World, inboxes: Sequence[Inbox], mails_each: int
) -> None:
    mails = await world.mails()
    per_inbox = Counter(stored.integration_id for stored in mails)
    assert per_inbox == {inbox.id: mails_each for inbox in inboxes}
    assert {stored.status for stored in mails} == {EmailMessageStatus.JOB_CREATED}
    postings = await world.postings()
    assert len(postings) == mails_each, "every recruiter got the same requirements"
    sources = Counter(source.job_posting_id for source in await world.sources())
    assert sources == {posting.id: len(inboxes) for posting in postings}
    imported = [
        job_id
        for name, data in await world.events()
        if name == "jobs/imported"
        for job_id in data["job_ids"]
    ]
    assert sorted(imported) == [posting.id for posting in postings]
    for inbox in inboxes:
        integration = await world.integration(inbox)
        assert integration.messages_queued == mails_each
        assert integration.sync_cursor is not None
        assert (await world.sync_runs(inbox))[-1].status == SyncRunStatus.COMPLETED
