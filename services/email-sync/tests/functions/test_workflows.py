"""Every workflow of the worker on the engine."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from blacklight_devstack.emulators.consents import Refusal
from blacklight_devstack.emulators.faults import Fault
from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_shared.events import (
    IntegrationError,
    IntegrationErrorType,
    ParseJobEmail,
    SyncUserInbox,
)
from blacklight_shared.models import (
    EmailMessage,
    EmailMessageStatus,
    IntegrationStatus,
    JobPosting,
    MailboxProviderName,
    PortalUserStatus,
    SyncRunStatus,
    TenantStatus,
)
from inbox_world import Inbox, World, mail, requirement
from sqlalchemy import delete, update

if TYPE_CHECKING:
    from functions.conftest import Worker

TOKEN_EXPIRED = IntegrationErrorType.TOKEN_EXPIRED


class TestSyncUserEmailInbox:
    async def test_mails_become_postings_of_the_tenant(
        self, worker: Worker, world: World, inbox: Inbox
    ) -> None:
        inbox.receive(requirement(1))
        inbox.receive(requirement(2))
        inbox.receive(mail("Data Engineer lunch", "The data engineers meet at noon. See you!"))
        inbox.receive(mail("Hello", "How are you?"))
        run = await asyncio.to_thread(worker.sync, inbox.sync_event())
        assert run.status == "Completed"
        assert run.output == {
            "integration_id": inbox.id,
            "status": "active",
            "found": 3 if inbox.provider is world.far_side.google else 4,
            "queued": 3,
            "error": None,
        }
        statuses = sorted(stored.status for stored in await world.mails(inbox))
        assert statuses == ["job_created", "job_created", "skipped"]
        postings = await world.postings()
        assert [posting.title for posting in postings] == ["Data Engineer"] * 2
        assert {posting.source for posting in postings} == {"inbox"}
        [name, data] = (await world.events())[0]
        assert name == "jobs/imported"
        assert data["tenant_id"] == world.tenant_id
        assert data["source"] == "inbox"
        integration = await world.integration(inbox)
        assert (integration.messages_queued, integration.jobs_created) == (3, 2)
        assert integration.last_synced_at is not None
        [history] = await world.sync_runs(inbox)
        assert (history.status, history.messages_queued, history.jobs_created) == (
            SyncRunStatus.COMPLETED,
            3,
            2,
        )
        assert history.provider_calls == inbox.provider.faults.calls.total()

    async def test_the_second_sync_changes_nothing(self, worker: Worker, world: World) -> None:
        inbox = await world.inbox()
        inbox.receive(requirement(1))
        await asyncio.to_thread(worker.sync, inbox.sync_event())
        before = (await world.mails(), await world.postings(), await world.events())
        run = await asyncio.to_thread(worker.sync, inbox.sync_event(manual=True))
        assert (run.output["found"], run.output["queued"]) == (0, 0)
        after = (await world.mails(), await world.postings(), await world.events())
        assert [len(part) for part in after] == [len(part) for part in before]
        assert [run.trigger for run in await world.sync_runs(inbox)] == ["schedule", "manual"]

    @pytest.mark.parametrize("field", ["user_id", "tenant_id"])
    async def test_an_integration_of_somebody_else(
        self, worker: Worker, world: World, field: str
    ) -> None:
        inbox = await world.inbox()
        inbox.receive(requirement(1))
        other = await World.make(world.deps, world.far_side)
        wrong = {"user_id": (await world.user()).id, "tenant_id": other.tenant_id}[field]
        event = inbox.sync_event().model_copy(update={field: wrong})
        run = await asyncio.to_thread(worker.run, event, "sync-user-email-inbox")
        assert run.status == "Failed"
        assert run.output["name"] == "NotFoundError"
        assert inbox.provider.faults.calls.total() == 0
        assert await world.sync_runs(inbox) == []
        assert (await world.integration(inbox)).last_error is None

    @pytest.mark.parametrize("status", [IntegrationStatus.PAUSED, IntegrationStatus.DISABLED])
    async def test_an_integration_that_is_not_active(
        self, worker: Worker, world: World, status: IntegrationStatus
    ) -> None:
        inbox = await world.inbox(status=status)
        run = await asyncio.to_thread(worker.run, inbox.sync_event(), "sync-user-email-inbox")
        assert run.output["status"] == status
        assert await world.sync_runs(inbox) == []

    async def test_a_tenant_without_roles_to_look_for(
        self, worker: Worker, deps: EmailSyncDeps, world: World
    ) -> None:
        other = await World.make(deps, world.far_side)
        inbox = await other.inbox()
        await asyncio.to_thread(worker.run, inbox.sync_event(), "sync-user-email-inbox")
        integration = await other.integration(inbox)
        assert integration.last_error_code == "no_keywords"
        assert inbox.provider.faults.calls.total() == 0
        [run] = await other.sync_runs(inbox)
        assert run.status == SyncRunStatus.COMPLETED

    async def test_a_provider_that_asks_for_patience_again_and_again(
        self, worker: Worker, world: World, inbox: Inbox
    ) -> None:
        inbox.provider.faults.order(Fault.RATE_LIMITED, times=None, delay_seconds=0)
        run = await asyncio.to_thread(worker.run, inbox.sync_event(), "sync-user-email-inbox")
        assert run.output["error"] == "rate_limited"
        integration = await world.integration(inbox)
        assert integration.last_error == (
            "The mail provider asked us to slow down. We will try again at the next sync."
        )
        [error] = worker.engine.events("email/integration-error")[:1]
        assert error["data"]["error_type"] == "rate_limited"

    async def test_a_provider_that_is_down_is_tried_and_then_reported(
        self, worker: Worker, world: World
    ) -> None:
        inbox = await world.inbox()
        inbox.receive(requirement(1))
        await asyncio.to_thread(worker.sync, inbox.sync_event())
        for number in range(2, 10):
            inbox.receive(requirement(number))
        faults = inbox.provider.faults
        # The list and two mails come through; then nothing does.
        faults.order(Fault.SLOW, operation="messages.get", times=2)
        faults.order(Fault.SERVER_ERROR, operation="messages.get", times=None)
        run = await asyncio.to_thread(worker.sync, inbox.sync_event())
        assert (run.status, run.output["error"]) == ("Completed", "provider_unavailable")
        # What came through was read all the same.
        assert {stored.status for stored in await world.mails()} == {"job_created"}
        assert len(await world.mails()) > 1

        faults.clear()
        await asyncio.to_thread(worker.sync, inbox.sync_event())
        assert len(await world.mails()) == 9
        assert (await world.integration(inbox)).last_error is None

    async def test_a_lost_permission_switches_the_inbox_off(
        self, worker: Worker, world: World, inbox: Inbox
    ) -> None:
        inbox.provider.faults.order(Fault.FORBIDDEN, times=None, address=inbox.address)
        run = await asyncio.to_thread(worker.run, inbox.sync_event(), "sync-user-email-inbox")
        assert run.output["error"] == "consent_revoked"
        [error] = worker.engine.events("email/integration-error")[:1]
        handled = await asyncio.to_thread(
            worker.engine.wait_for_run,
            error["internal_id"],
            "blacklight-email-sync-handle-email-integration-error",
        )
        assert handled.output["was_disabled"]
        integration = await world.integration(inbox)
        assert integration.status == IntegrationStatus.DISABLED
        [(name, data)] = await world.events()
        assert name == "email/integration-disconnected"
        assert data["user_id"] == inbox.integration.user_id

    async def test_a_refused_token_is_reported_once(self, worker: Worker, world: World) -> None:
        inbox = await world.inbox()
        inbox.provider.consents.end(inbox.address, Refusal.REVOKED)
        run = await asyncio.to_thread(worker.run, inbox.sync_event(), "sync-user-email-inbox")
        assert run.output["error"] == "token_expired"
        assert [name for name, _ in await world.events()] == ["email/integration-error"]
        told = [
            event["data"]["integration_id"]
            for event in worker.engine.events("email/integration-error")
        ]
        assert inbox.id not in told

    async def test_mails_that_were_left_behind_are_read(
        self, worker: Worker, deps: EmailSyncDeps, world: World
    ) -> None:
        inbox = await world.inbox()
        inbox.receive(requirement(1))
        await asyncio.to_thread(worker.sync, inbox.sync_event())
        async with deps.database.tenant_session(world.tenant_id) as session:
            await session.execute(delete(JobPosting))
            await session.execute(
                update(EmailMessage).values(
                    status=EmailMessageStatus.QUEUED,
                    created_at=datetime.now(UTC) - timedelta(hours=2),
                )
            )
        await asyncio.to_thread(worker.sync, inbox.sync_event())
        [stored] = await world.mails()
        assert stored.status == EmailMessageStatus.JOB_CREATED


class TestSyncAllEmailIntegrations:
    async def test_only_what_is_active_and_due_is_synced(
        self, worker: Worker, world: World
    ) -> None:
        now = datetime.now(UTC)
        due = [
            await world.inbox(),
            await world.inbox(last_synced_at=now - timedelta(minutes=12)),
            await world.inbox(
                last_synced_at=now - timedelta(minutes=61), sync_frequency_minutes=60
            ),
        ]
        await world.inbox(last_synced_at=now - timedelta(minutes=3))
        await world.inbox(last_synced_at=now - timedelta(minutes=30), sync_frequency_minutes=60)
        await world.inbox(status=IntegrationStatus.PAUSED)
        gone = await world.user(status=PortalUserStatus.DISABLED)
        await world.inbox(user_id=gone.id)
        suspended = await World.make(world.deps, world.far_side, status=TenantStatus.SUSPENDED)
        await suspended.inbox()
        run = await asyncio.to_thread(worker.run_cron, "sync-all-email-integrations")
        assert run.status == "Completed"
        ours = {
            event["data"]["integration_id"]: event["data"]
            for event in worker.engine.events("email/sync-user-inbox")
            if event["data"]["tenant_id"] in {world.tenant_id, suspended.tenant_id}
        }
        assert sorted(ours) == sorted(inbox.id for inbox in due)
        assert SyncUserInbox.model_validate(ours[due[0].id]) == SyncUserInbox(
            integration_id=due[0].id,
            tenant_id=world.tenant_id,
            user_id=due[0].integration.user_id,
            provider="gmail",
            manual_trigger=False,
        )


class TestHandleEmailIntegrationError:
    async def test_three_failures_in_a_row_switch_the_inbox_off(
        self, worker: Worker, world: World
    ) -> None:
        inbox = await world.inbox()
        error = integration_error(inbox, IntegrationErrorType.NETWORK)
        outcomes = [
            (await asyncio.to_thread(worker.run, error, "handle-email-integration-error")).output
            for _ in range(4)
        ]
        assert [outcome["consecutive_failures"] for outcome in outcomes] == [1, 2, 3, 3]
        assert [outcome["was_disabled"] for outcome in outcomes] == [False, False, True, False]
        assert (await world.integration(inbox)).status == IntegrationStatus.DISABLED
        assert [name for name, _ in await world.events()] == ["email/integration-disconnected"]
        assert [entry.action for entry in await world.audit()] == [
            "email_integration.sync_failed",
            "email_integration.sync_failed",
            "email_integration.disabled",
        ]

    async def test_a_sync_that_succeeds_in_between_starts_the_count_again(
        self, worker: Worker, world: World
    ) -> None:
        inbox = await world.inbox()
        error = integration_error(inbox, IntegrationErrorType.PROVIDER_UNAVAILABLE)
        await asyncio.to_thread(worker.run, error, "handle-email-integration-error")
        await asyncio.to_thread(worker.sync, inbox.sync_event())
        assert (await world.integration(inbox)).consecutive_failures == 0

    async def test_an_expired_token_switches_the_inbox_off_at_once(
        self, worker: Worker, world: World
    ) -> None:
        inbox = await world.inbox()
        run = await asyncio.to_thread(
            worker.run, integration_error(inbox, TOKEN_EXPIRED), "handle-email-integration-error"
        )
        assert run.output["was_disabled"]
        integration = await world.integration(inbox)
        assert integration.last_error == "Access to this inbox has expired. Connect it again."

    async def test_an_integration_of_another_tenant(self, worker: Worker, world: World) -> None:
        inbox = await world.inbox()
        other = await World.make(world.deps, world.far_side)
        error = integration_error(inbox, TOKEN_EXPIRED).model_copy(
            update={"tenant_id": other.tenant_id}
        )
        run = await asyncio.to_thread(worker.run, error, "handle-email-integration-error")
        assert run.output["name"] == "NotFoundError"
        assert (await world.integration(inbox)).status == IntegrationStatus.ACTIVE


class TestPurgeEmailBodies:
    async def test_text_subject_and_sender_go_and_the_result_stays(
        self, worker: Worker, deps: EmailSyncDeps, world: World
    ) -> None:
        inbox = await world.inbox(MailboxProviderName.OUTLOOK)
        for number in (1, 2):
            inbox.receive(requirement(number))
        await asyncio.to_thread(worker.sync, inbox.sync_event())
        old, _ = await world.mails()
        async with deps.database.tenant_session(world.tenant_id) as session:
            await session.execute(
                update(EmailMessage)
                .where(EmailMessage.id == old.id)
                .values(purge_after=datetime.now(UTC) - timedelta(seconds=1))
            )
        run = await asyncio.to_thread(worker.run_cron, "purge-email-bodies")
        assert run.output == {"mails": 1, "failed": 0}
        purged, kept = await world.mails()
        assert (purged.raw_sealed, purged.subject, purged.sender) == (None, None, None)
        assert purged.status == EmailMessageStatus.JOB_CREATED
        assert kept.raw_sealed is not None
        again = await asyncio.to_thread(worker.run_cron, "purge-email-bodies")
        assert again.output == {"mails": 0, "failed": 0}


class TestParseJobEmail:
    async def test_a_mail_of_another_tenant(self, worker: Worker, world: World) -> None:
        inbox = await world.inbox()
        inbox.receive(requirement(1))
        await asyncio.to_thread(worker.sync, inbox.sync_event())
        [stored] = await world.mails()
        other = await World.make(world.deps, world.far_side)
        event = ParseJobEmail(
            integration_id=inbox.id,
            tenant_id=other.tenant_id,
            user_id=inbox.integration.user_id,
            message_id=stored.id,
        )
        run = await asyncio.to_thread(worker.run, event, "parse-job-email")
        assert run.output["name"] == "NotFoundError"
        assert await other.postings() == []


def integration_error(inbox: Inbox, error_type: IntegrationErrorType) -> IntegrationError:
    return IntegrationError(
        integration_id=inbox.id,
        tenant_id=inbox.integration.tenant_id,
        error_type=error_type,
        error_message="status 503",
    )
