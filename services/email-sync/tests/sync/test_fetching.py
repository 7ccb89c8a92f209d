"""Rounds of a sync: what is stored, when the cursor moves, and what a fault leaves behind."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from blacklight_devstack.emulators.consents import Refusal
from blacklight_devstack.emulators.faults import Fault
from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.providers.mailbox import (
    ProviderUnavailableError,
    ProviderUnreachableError,
)
from blacklight_email_sync.sync import fetching
from blacklight_email_sync.sync.fetching import MAILS_PER_ROUND, Round, fetch_round
from blacklight_email_sync.sync.inbox import begin_sync
from blacklight_email_sync.sync.mails import open_mail
from blacklight_email_sync.sync.runs import InboxKey
from blacklight_shared.events import IntegrationErrorType
from blacklight_shared.models import (
    EmailMessageStatus,
    IntegrationStatus,
    MailboxProviderName,
)
from inbox_world import Inbox, World, mail, requirement


class Sync:
    """Rounds of one sync, one after the other."""

    def __init__(self, deps: EmailSyncDeps, inbox: Inbox, sync_run_id: int) -> None:
        self._deps = deps
        self._inbox = inbox
        self._sync_run_id = sync_run_id
        self._last_id = 0

    @classmethod
    async def begin(cls, deps: EmailSyncDeps, inbox: Inbox) -> Sync:
        start = await begin_sync(deps, inbox.sync_event(), uuid.uuid4().hex)
        assert start.sync_run_id is not None
        return cls(deps, inbox, start.sync_run_id)

    async def round(self) -> Round:
        key = InboxKey.model_validate(self._inbox.sync_event(), from_attributes=True)
        done = await fetch_round(self._deps, key, self._sync_run_id, self._last_id)
        self._last_id = max([self._last_id, *done.message_ids])
        return done

    async def to_the_end(self) -> list[Round]:
        rounds = [await self.round()]
        while not rounds[-1].is_complete:
            assert rounds[-1].failure is None
            rounds.append(await self.round())
        return rounds


async def test_new_mails_are_stored_encrypted_and_only_their_ids_travel(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    raw = requirement(7)
    inbox.receive(raw)
    rounds = await (await Sync.begin(deps, inbox)).to_the_end()
    [stored] = await world.mails()
    assert [ids for part in rounds for ids in part.message_ids] == [stored.id]
    assert stored.message_id == "req-7@vendor.example.com"
    assert stored.sender == "rita@vendor.example.com"
    assert stored.subject is not None
    assert "Data Engineer" in stored.subject
    assert stored.status == EmailMessageStatus.QUEUED
    assert stored.received_at is not None
    assert stored.raw_bytes == len(raw)
    assert stored.raw_sealed is not None
    assert b"Contoso" not in stored.raw_sealed
    assert open_mail(deps.secret_box, world.tenant_id, stored.raw_sealed) == raw


async def test_a_second_sync_asks_only_for_what_is_new(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    inbox.receive(requirement(1))
    await (await Sync.begin(deps, inbox)).to_the_end()
    inbox.provider.faults.calls.clear()
    again = await (await Sync.begin(deps, inbox)).to_the_end()
    assert [part.message_ids for part in again] == [[]]
    assert sum(inbox.provider.faults.calls.values()) == 1

    inbox.receive(requirement(2))
    rounds = await (await Sync.begin(deps, inbox)).to_the_end()
    assert sum(len(part.message_ids) for part in rounds) == 1
    assert len(await world.mails()) == 2


async def test_mails_that_mention_no_role_of_a_candidate_are_not_kept(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    inbox.receive(mail("Lunch?", "Are you free on Tuesday?"))
    inbox.receive(mail("Openings", "We look for ETL developers in Boston."))
    inbox.receive(mail("Openings", "We look for database administrators in Boston."))
    await (await Sync.begin(deps, inbox)).to_the_end()
    assert [stored.subject for stored in await world.mails()] == ["Openings"]


async def test_a_large_inbox_takes_several_rounds(
    deps: EmailSyncDeps, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAILS_PER_ROUND", 5)
    for number in range(12):
        inbox.receive(requirement(number))
    rounds = await (await Sync.begin(deps, inbox)).to_the_end()
    assert [len(part.message_ids) for part in rounds if part.message_ids] == [5, 5, 2]
    assert len(await world.mails()) == 12
    for number in range(12, 19):
        inbox.receive(requirement(number))
    rounds = await (await Sync.begin(deps, inbox)).to_the_end()
    assert [len(part.message_ids) for part in rounds if part.message_ids] == [5, 2]
    [first, second] = await world.sync_runs(inbox)
    assert (first.messages_found, second.messages_found) == (12, 7)


def test_a_round_is_as_large_as_was_asked_for() -> None:
    assert MAILS_PER_ROUND == 50


async def test_mail_that_arrives_during_the_look_back_is_not_missed(
    deps: EmailSyncDeps, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAILS_PER_ROUND", 2)
    for number in range(4):
        inbox.receive(requirement(number))
    sync = await Sync.begin(deps, inbox)
    await sync.round()
    inbox.receive(requirement(10))
    await sync.to_the_end()
    assert len(await world.mails()) == 5


async def test_the_first_sync_looks_back_seven_days(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    now = datetime.now(UTC)
    inbox.receive(requirement(1), now - timedelta(days=8))
    inbox.receive(requirement(2), now - timedelta(days=6))
    await (await Sync.begin(deps, inbox)).to_the_end()
    assert [stored.message_id for stored in await world.mails()] == ["req-2@vendor.example.com"]


async def test_a_lost_cursor_means_another_bounded_look_back(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    now = datetime.now(UTC)
    inbox.receive(requirement(1), now - timedelta(days=1))
    await (await Sync.begin(deps, inbox)).to_the_end()
    inbox.receive(requirement(2), now - timedelta(days=40))
    inbox.receive(requirement(3))
    inbox.provider.accounts.mailbox(inbox.address).forget_changes()
    await (await Sync.begin(deps, inbox)).to_the_end()
    assert [stored.message_id for stored in await world.mails()] == [
        "req-1@vendor.example.com",
        "req-3@vendor.example.com",
    ]


async def test_the_same_message_id_is_stored_once(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    inbox.receive(requirement(1))
    inbox.receive(requirement(1))
    await (await Sync.begin(deps, inbox)).to_the_end()
    assert len(await world.mails()) == 1


async def test_a_round_that_breaks_off_keeps_what_it_has_and_not_the_cursor(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    for number in range(12):
        inbox.receive(requirement(number))
    sync = await Sync.begin(deps, inbox)
    if inbox.integration.provider == MailboxProviderName.GMAIL:
        await sync.round()  # the look-back
        for number in range(20, 32):
            inbox.receive(requirement(number))
    before = await world.integration(inbox)
    stored_before = len(await world.mails())
    get = "messages.get" if inbox.provider is world.far_side.google else "messages.value"
    # Three tries of one mail of the second portion fail, whatever the order.
    inbox.provider.faults.order(Fault.SLOW, operation=get, times=4)
    inbox.provider.faults.order(Fault.SERVER_ERROR, operation=get, times=None)
    with pytest.raises(ProviderUnavailableError):
        await sync.round()
    stored = len(await world.mails())
    assert stored_before < stored < stored_before + 12
    assert (await world.integration(inbox)).sync_cursor == before.sync_cursor

    inbox.provider.faults.clear()
    await sync.to_the_end()
    assert len(await world.mails()) == stored_before + 12
    assert inbox.provider.faults.calls[get] == stored_before + 12 - stored
    run = (await world.sync_runs(inbox))[-1]
    assert run.messages_found == run.messages_queued == len(await world.mails())


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.BAD_GATEWAY, Fault.NOT_JSON])
async def test_a_passing_fault_is_tried_three_times(
    deps: EmailSyncDeps, world: World, inbox: Inbox, fault: Fault
) -> None:
    inbox.receive(requirement(1))
    inbox.provider.faults.order(fault, times=2)
    await (await Sync.begin(deps, inbox)).to_the_end()
    assert len(await world.mails()) == 1


async def test_a_provider_that_does_not_answer_in_time(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    inbox.receive(requirement(1))
    inbox.provider.faults.order(Fault.SLOW, times=3, delay_seconds=1)
    for client in (deps.mailboxes._gmail, deps.mailboxes._graph):
        client.timeout = 0.1
    with pytest.raises(ProviderUnreachableError):
        await (await Sync.begin(deps, inbox)).round()


async def test_a_short_wait_is_waited_for_and_a_long_one_handed_on(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    inbox.receive(requirement(1))
    inbox.provider.faults.order(Fault.RATE_LIMITED, times=2, delay_seconds=0)
    sync = await Sync.begin(deps, inbox)
    await sync.to_the_end()
    assert len(await world.mails()) == 1

    inbox.receive(requirement(2))
    inbox.provider.faults.order(Fault.RATE_LIMITED, times=1, delay_seconds=40)
    inbox.provider.faults.calls.clear()
    assert (await sync.round()).wait_seconds == 40
    assert sum(inbox.provider.faults.calls.values()) == 1
    await sync.to_the_end()
    assert len(await world.mails()) == 2


async def test_a_refused_token_ends_the_access_without_further_tries(
    deps: EmailSyncDeps, world: World
) -> None:
    inbox = await world.inbox(MailboxProviderName.GMAIL)
    inbox.provider.consents.end(inbox.address, Refusal.REVOKED)
    done = await (await Sync.begin(deps, inbox)).round()
    assert done.failure is IntegrationErrorType.TOKEN_EXPIRED
    assert done.is_reported
    assert inbox.provider.faults.calls["profile"] == 1
    assert [name for name, _ in await world.events()] == ["email/integration-error"]


async def test_a_permission_that_was_taken_back(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    inbox.provider.faults.order(Fault.FORBIDDEN)
    done = await (await Sync.begin(deps, inbox)).round()
    assert done.failure is IntegrationErrorType.CONSENT_REVOKED
    assert not done.is_reported


async def test_a_mail_that_is_too_large_is_recorded_and_not_fetched(
    deps: EmailSyncDeps, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deps.settings, "max_mail_bytes", 50_000)
    inbox.receive(requirement(1, body="Data Engineer wanted\n" * 10_000))
    inbox.receive(requirement(2))
    rounds = await (await Sync.begin(deps, inbox)).to_the_end()
    assert sum(len(part.message_ids) for part in rounds) == 1
    results = {stored.status: stored for stored in await world.mails()}
    large = results[EmailMessageStatus.SKIPPED]
    assert (large.reason_code, large.raw_sealed) == ("too_large", None)
    assert results[EmailMessageStatus.QUEUED].message_id == "req-2@vendor.example.com"


async def test_a_mail_that_the_provider_refuses_holds_up_no_other(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    for number in (1, 2):
        inbox.receive(requirement(number))
    get = "messages.get" if inbox.provider is world.far_side.google else "messages.value"
    inbox.provider.faults.order(Fault.REFUSED, operation=get)
    await (await Sync.begin(deps, inbox)).to_the_end()
    results = sorted((stored.status, stored.reason_code) for stored in await world.mails())
    assert results == [("queued", None), ("skipped", "refused")]


async def test_a_mail_that_is_deleted_meanwhile_is_left_out(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    await (await Sync.begin(deps, inbox)).to_the_end()
    gone = inbox.receive(requirement(1))
    inbox.receive(requirement(2))
    listed = inbox.provider.accounts.mailbox(inbox.address).arrived_after
    inbox.provider.accounts.mailbox(inbox.address).arrived_after = (  # type: ignore[method-assign]  # for this mailbox only
        lambda change: [*listed(change), gone]
    )
    inbox.provider.accounts.mailbox(inbox.address).delete(gone.number)
    await (await Sync.begin(deps, inbox)).round()
    assert [stored.message_id for stored in await world.mails()] == ["req-2@vendor.example.com"]


async def test_a_paused_integration_is_not_read_further(
    deps: EmailSyncDeps, world: World, inbox: Inbox
) -> None:
    inbox.receive(requirement(1))
    sync = await Sync.begin(deps, inbox)
    async with deps.database.tenant_session(world.tenant_id) as session:
        inbox.integration.status = IntegrationStatus.PAUSED
        await session.merge(inbox.integration)
    assert (await sync.round()).is_over
    assert inbox.provider.faults.calls.total() == 0
    assert await world.mails() == []


async def test_a_cursor_that_somebody_else_has_moved_is_left_alone(
    deps: EmailSyncDeps, world: World, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.receive(requirement(1))
    slow, fast = await Sync.begin(deps, inbox), await Sync.begin(deps, inbox)
    original = fetching._Fetch._fetch_and_store

    async def overtaken(fetch: fetching._Fetch, mails: object) -> None:
        monkeypatch.setattr(fetching._Fetch, "_fetch_and_store", original)
        await fast.to_the_end()
        await original(fetch, mails)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(fetching._Fetch, "_fetch_and_store", overtaken)
    assert (await slow.round()).is_over
    assert len(await world.mails()) == 1
