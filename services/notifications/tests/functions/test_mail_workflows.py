from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from blacklight_devstack.engine_testing import WorkerUnderTest
from blacklight_notifications.functions import WORKFLOWS
from blacklight_notifications.sending import MAIL_THROTTLE
from blacklight_shared.events import (
    DailyStatsMail,
    Event,
    IntegrationDisconnectedMail,
    InvitationReminderMail,
    MailResend,
    MailServerTest,
    RejectionMail,
)
from blacklight_shared.models import MailLogEntry, MailStatus, MailTemplate, PortalRole

from services.notifications.tests.kinds import stored_stats
from services.notifications.tests.world import (
    Sink,
    World,
    hr_notification,
    invitation_mail,
    password_reset_mail,
)

THROTTLED = {
    "resend-mail",
    "send-approval-email",
    "send-daily-stats",
    "send-hr-notification",
    "send-integration-alert",
    "send-invitation-email",
    "send-invitation-reminder",
    "send-password-reset-email",
    "send-rejection-email",
}


def test_mail_is_held_back_and_never_dropped() -> None:
    by_id = {workflow.id: workflow for workflow in WORKFLOWS}
    for workflow_id in THROTTLED:
        workflow = by_id[workflow_id]
        assert workflow.flow_control == {"throttle": MAIL_THROTTLE}
        assert workflow.retries == 5
    assert MAIL_THROTTLE.limit == 50


class TestOneRecipient:
    async def test_invitation(self, worker: WorkerUnderTest, world: World, sink: Sink) -> None:
        invitation = await world.invitation()
        await run(worker, invitation_mail(invitation), "send-invitation-email")
        assert "invites you" in sink.only(invitation.email).subject

    async def test_reminder(self, worker: WorkerUnderTest, world: World, sink: Sink) -> None:
        invitation = await world.invitation()
        fields = invitation_mail(invitation).model_dump()
        event = InvitationReminderMail(**fields, hours_left=24)
        await run(worker, event, "send-invitation-reminder")
        assert "24 hours" in sink.only(invitation.email).text

    async def test_approval_survives_a_server_that_defers(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        sink.order(fault="defer", times=3)
        event = world.approval()
        await run(worker, event, "send-approval-email")
        assert "approved" in sink.only(event.to_email).subject
        [entry] = await world.log()
        assert entry.attempts == 4

    async def test_rejection_with_its_reason(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        fields = world.approval().model_dump(exclude={"candidate_id"})
        event = RejectionMail(**fields, reason="No role <near> you.")
        await run(worker, event, "send-rejection-email")
        mail = sink.only(event.to_email)
        assert "No role <near> you." in mail.text
        assert "No role &lt;near&gt; you." in mail.html

    async def test_a_mail_that_is_never_taken_is_marked_and_the_run_fails(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        sink.order(fault="defer")
        event = world.approval()
        result = await asyncio.to_thread(worker.run, event, "send-approval-email")
        assert result.status == "Failed"
        assert event.to_email not in str(result.output)
        [entry] = await world.log()
        assert (entry.status, entry.attempts) == (MailStatus.FAILED, 6)

    async def test_a_refused_mail_ends_the_run_at_once(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        sink.order(fault="refuse")
        await run(worker, world.approval(), "send-approval-email")
        [entry] = await world.log()
        assert (entry.status, entry.attempts) == (MailStatus.BOUNCED, 1)

    async def test_the_same_event_twice_is_one_mail(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        for _ in range(2):
            await run(worker, event, "send-approval-email")
        assert len(sink.mails()) == 1


class TestPeopleOfTheTenant:
    async def test_one_bad_address_neither_blocks_nor_repeats_the_others(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        people = [await world.user() for _ in range(4)]
        refused, deferred, *fine = [person.email for person in people]
        sink.order(fault="refuse", recipient=refused)
        sink.order(fault="defer", recipient=deferred)
        result = await asyncio.to_thread(worker.run, hr_notification(world), "send-hr-notification")
        assert result.status == "Failed"
        assert sorted(mail.recipients[0] for mail in sink.mails()) == sorted(fine)
        statuses = {entry.recipient: entry.status for entry in await world.log()}
        assert statuses == {
            refused: MailStatus.BOUNCED,
            deferred: MailStatus.FAILED,
            **dict.fromkeys(fine, MailStatus.SENT),
        }

    async def test_admins_are_told_where_there_is_no_hr(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        admin = await world.user(PortalRole.ADMIN)
        await world.user(PortalRole.RECRUITER)
        await world.user(PortalRole.HR, status="disabled")
        await run(worker, hr_notification(world), "send-hr-notification")
        assert [mail.recipients for mail in sink.mails()] == [[admin.email]]

    async def test_integration_alert(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        user = await world.user(PortalRole.RECRUITER)
        event = IntegrationDisconnectedMail(
            integration_id=5,
            user_id=user.id,
            tenant_id=world.tenant_id,
            provider="gmail",
            reason="Access was withdrawn.",
        )
        for _ in range(2):
            await run(worker, event, "send-integration-alert")
        assert sink.only(user.email).subject == "Your Gmail inbox is disconnected"

    @pytest.mark.parametrize("is_welcome", [True, False])
    async def test_the_link_by_which_a_person_chooses_a_password(
        self, is_welcome: bool, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        user = await world.user(PortalRole.RECRUITER)
        reset, token = await world.password_reset(user, is_welcome=is_welcome)
        await run(worker, password_reset_mail(reset), "send-password-reset-email")

        mail = sink.only(user.email)
        assert mail.subject.startswith("Welcome to") is is_welcome
        assert f"https://talent.example.com/reset-password?token={token}" in mail.text.split()
        [entry] = await world.log()
        assert entry.body_text is not None
        assert "reset-password?token=…" in entry.body_text
        assert token not in f"{entry.body_text}{entry.body_html}{entry.event_data}"

    async def test_a_link_that_was_used_is_not_sent(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        reset, _token = await world.password_reset(await world.user(), used_at=datetime.now(UTC))
        await run(worker, password_reset_mail(reset), "send-password-reset-email")
        assert [entry.status for entry in await world.log()] == [MailStatus.SKIPPED]
        assert sink.mails() == []

    async def test_a_password_comes_even_where_no_other_mail_is_wanted(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        user = await world.user()
        await world.suppress(user.email)
        reset, _token = await world.password_reset(user)
        await run(worker, password_reset_mail(reset), "send-password-reset-email")
        assert len(sink.mails(user.email)) == 1

    async def test_daily_stats_go_to_those_who_want_them(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        reader = await world.user(wants_daily_stats=True)
        await world.user()
        stats = await world.add(stored_stats())
        event = DailyStatsMail(tenant_id=world.tenant_id, day=stats.day)
        await run(worker, event, "send-daily-stats")
        mail = sink.only(reader.email)
        assert "Invitations sent: 1,250" in mail.text
        assert "List-Unsubscribe" in mail.headers
        assert len(sink.mails()) == 1


class TestOnRequest:
    async def test_a_mail_is_sent_again(
        self, worker: WorkerUnderTest, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        await run(worker, event, "send-approval-email")
        [first] = await world.log()
        again = await queued(world, first.template, event, first.business_key, send_number=2)
        resend = MailResend(mail_id=again.id, tenant_id=world.tenant_id)
        await run(worker, resend, "resend-mail")
        assert len(sink.mails(event.to_email)) == 2

    @pytest.mark.parametrize(
        ("fault", "status"), [("defer", MailStatus.FAILED), ("refuse", MailStatus.BOUNCED)]
    )
    async def test_a_test_mail_shows_a_wrong_setting_at_once(
        self, worker: WorkerUnderTest, world: World, sink: Sink, fault: str, status: MailStatus
    ) -> None:
        sink.order(fault=fault)
        event = MailServerTest(tenant_id=world.tenant_id, mail_id=1, to_email="ops@example.com")
        entry = await queued(world, MailTemplate.MAIL_SERVER_TEST, event, "test:1")
        event = event.model_copy(update={"mail_id": entry.id})
        await asyncio.to_thread(worker.run, event, "send-test-mail")
        [entry] = await world.log()
        assert (entry.status, entry.attempts) == (status, 1)
        assert entry.server_reply is not None


async def run(worker: WorkerUnderTest, event: Event, workflow_id: str) -> None:
    result = await asyncio.to_thread(worker.run, event, workflow_id)
    assert result.status == "Completed", result.output


async def queued(
    world: World, template: str, event: Event, business_key: str, **fields: object
) -> MailLogEntry:
    entry = await world.add(
        MailLogEntry(
            template=template,
            business_key=business_key,
            recipient=getattr(event, "to_email"),  # noqa: B009
            status=MailStatus.QUEUED,
            event_name=event.name,
            event_data=event.model_dump(mode="json"),
            **fields,
        )
    )
    assert isinstance(entry, MailLogEntry)
    return entry
