from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from blacklight_notifications.delivery import Order, deliver, give_up
from blacklight_notifications.deps import NotificationDeps
from blacklight_shared.models import (
    SMTP_PASSWORD_PURPOSE,
    MailLogEntry,
    MailStatus,
    MailTemplate,
    SmtpSecurity,
)
from blacklight_shared.unsubscribing import Unsubscription
from blacklight_shared.workflows import NotFoundError, RetriableError

from services.notifications.tests.world import Sink, World, hr_notification, invitation_mail


class TestTaken:
    async def test_a_mail_is_sent_and_logged(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        assert await deliver(deps, world.order(event)) is MailStatus.SENT
        mail = sink.only(event.to_email)
        [entry] = await world.log()
        assert mail.message_id == f"<{entry.message_id}>"
        assert (entry.status, entry.subject) == (MailStatus.SENT, mail.subject)
        assert entry.server_reply is not None
        assert entry.server_reply.startswith("250 ")
        assert entry.sent_at is not None
        assert (entry.attempts, entry.unanswered_attempts) == (1, 0)

    async def test_once_however_often_it_is_asked_for(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        for _ in range(3):
            assert await deliver(deps, world.order(event)) is MailStatus.SENT
        assert len(sink.mails()) == 1

    async def test_once_when_asked_for_at_the_same_time(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        sink.order(fault="slow", delay_seconds=0.3)
        outcomes = await asyncio.gather(
            *(deliver(deps, world.order(event)) for _ in range(5)), return_exceptions=True
        )
        assert MailStatus.SENT in outcomes
        assert {type(outcome) for outcome in outcomes} <= {MailStatus, RetriableError}
        assert await deliver(deps, world.order(event)) is MailStatus.SENT
        assert len(sink.mails()) == 1

    async def test_the_same_mail_to_others_and_other_mail_to_the_same_are_different(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        first = world.approval()
        for event in (first, world.approval(), world.approval(invitation_id=9)):
            await deliver(deps, world.order(event))
        await deliver(deps, world.order(world.approval(invitation_id=9, to_email=first.to_email)))
        assert len({mail.message_id for mail in sink.mails()}) == 4

    async def test_tenants_do_not_share_a_log(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        other = await World.make(deps)
        event = world.approval()
        await deliver(deps, world.order(event))
        assert await other.log() == []
        theirs = event.model_copy(update={"tenant_id": other.tenant_id})
        await deliver(deps, other.order(theirs))
        assert len(sink.mails(event.to_email)) == 2

    async def test_connections_are_used_again(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        for _ in range(3):
            await deliver(deps, world.order(world.approval()))
        [idle] = [idle for idle in deps.transport._idle.values() if idle]
        assert len(idle) == 1


class TestDeferred:
    async def test_4xx_is_tried_again(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        sink.order(fault="defer", times=2)
        for _ in range(2):
            with pytest.raises(RetriableError) as caught:
                await deliver(deps, world.order(event))
            assert event.to_email not in str(caught.value)
            [entry] = await world.log()
            assert entry.status == MailStatus.RETRYING
            assert entry.server_reply is not None
            assert entry.server_reply.startswith("450 4.2.1")
        assert await deliver(deps, world.order(event)) is MailStatus.SENT
        [entry] = await world.log()
        assert (entry.attempts, entry.unanswered_attempts) == (3, 0)
        assert len(sink.mails()) == 1

    async def test_giving_up_is_written_down(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        sink.order(fault="defer")
        with pytest.raises(RetriableError):
            await deliver(deps, world.order(event))
        assert await give_up(deps, world.order(event)) is MailStatus.FAILED
        [entry] = await world.log()
        assert entry.status == MailStatus.FAILED
        assert entry.server_reply is not None
        sink.client.end_faults()
        assert await deliver(deps, world.order(event)) is MailStatus.FAILED
        assert sink.mails() == []

    async def test_giving_up_does_not_undo_what_was_sent(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        await deliver(deps, world.order(event))
        assert await give_up(deps, world.order(event)) is MailStatus.SENT

    async def test_a_lost_answer_is_counted_and_repeated_under_the_same_id(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        sink.order(fault="drop_after_data", times=1)
        with pytest.raises(RetriableError):
            await deliver(deps, world.order(event))
        assert await deliver(deps, world.order(event)) is MailStatus.SENT
        first, second = sink.mails(event.to_email)
        assert first.message_id == second.message_id
        [entry] = await world.log()
        assert entry.unanswered_attempts == 1

    async def test_a_server_that_is_away(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        await world.configure(
            smtp_host="127.0.0.1", smtp_port=1, smtp_security="none", from_address="hr@example.com"
        )
        with pytest.raises(RetriableError):
            await deliver(deps, world.order(world.approval()))
        [entry] = await world.log()
        assert entry.status == MailStatus.RETRYING
        assert entry.server_reply == "The mail server cannot be reached (ConnectionRefusedError)."

    async def test_a_claim_whose_worker_died_is_taken_over(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        sink.order(fault="defer", times=1)
        with pytest.raises(RetriableError):
            await deliver(deps, world.order(event))
        [entry] = await world.log()
        await set_status(world, entry.id, MailStatus.SENDING)
        assert await deliver(deps, world.order(event)) is MailStatus.SENT
        [entry] = await world.log()
        assert entry.unanswered_attempts == 1
        assert len(sink.mails()) == 1


class TestRefused:
    async def test_5xx_is_final_and_keeps_the_servers_words(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        sink.order(fault="refuse", times=1)
        for _ in range(2):
            assert await deliver(deps, world.order(event)) is MailStatus.BOUNCED
        [entry] = await world.log()
        assert entry.server_reply == "550 5.1.1 There is no such mailbox"
        assert sink.mails() == []

    async def test_the_connection_serves_the_next_mail(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        sink.order(fault="refuse", times=1)
        await deliver(deps, world.order(world.approval()))
        assert await deliver(deps, world.order(world.approval())) is MailStatus.SENT


class TestNotSent:
    async def test_suppressed_addresses_are_skipped_and_logged(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval(to_email="Ada@Example.com")
        await world.suppress("ada@example.com")
        assert await deliver(deps, world.order(event)) is MailStatus.SUPPRESSED
        [entry] = await world.log()
        assert (entry.status, entry.recipient) == (MailStatus.SUPPRESSED, "ada@example.com")
        assert sink.mails() == []

    @pytest.mark.parametrize(
        "change",
        [
            {"status": "cancelled"},
            {"status": "submitted"},
            {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)},
            {"token_sealed": None},
        ],
        ids=["cancelled", "submitted", "resent", "dead"],
    )
    async def test_an_invitation_that_opens_nothing_is_skipped(
        self, deps: NotificationDeps, world: World, sink: Sink, change: dict[str, object]
    ) -> None:
        invitation = await world.invitation()
        event = invitation_mail(invitation)
        async with deps.database.tenant_session(world.tenant_id) as session:
            invitation = await session.merge(invitation)
            for name, value in change.items():
                setattr(invitation, name, value)
        assert await deliver(deps, world.order(event)) is MailStatus.SKIPPED
        [entry] = await world.log()
        assert entry.server_reply is not None
        assert entry.server_reply.startswith("the invitation ")
        assert sink.mails() == []

    async def test_a_user_who_is_gone(self, deps: NotificationDeps, world: World) -> None:
        with pytest.raises(NotFoundError):
            await deliver(deps, world.order(world.approval(), user_id=12_345))


class TestInvitation:
    async def test_carries_the_link_and_a_way_to_stop(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        invitation = await world.invitation()
        await deliver(deps, world.order(invitation_mail(invitation)))
        mail = sink.only(invitation.email)
        assert "https://talent.example.com/onboarding?token=" in mail.text
        assert "https://talent.example.com/onboarding?token=" in mail.html
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        token = mail.headers["List-Unsubscribe"].strip("<>").rpartition("/")[2]
        wish = Unsubscription.from_token(token, deps.secret_box)
        assert wish == Unsubscription(world.tenant_id, MailTemplate.INVITATION, invitation.email)

    async def test_a_new_link_is_another_mail(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        invitation = await world.invitation()
        await deliver(deps, world.order(invitation_mail(invitation)))
        async with deps.database.tenant_session(world.tenant_id) as session:
            invitation = await session.merge(invitation)
            invitation.expires_at += timedelta(days=1)
        await deliver(deps, world.order(invitation_mail(invitation)))
        assert len(sink.mails(invitation.email)) == 2


class TestSentAgain:
    async def test_on_request_under_another_id(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        event = world.approval()
        await deliver(deps, world.order(event))
        again = await queue_again(world)
        for _ in range(2):
            order = Order(world.tenant_id, mail_id=again.id)
            assert await deliver(deps, order) is MailStatus.SENT
        first, second = sink.mails(event.to_email)
        assert first.message_id != second.message_id

    async def test_to_a_person_of_the_tenant(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        user = await world.user()
        event = hr_notification(world)
        await deliver(deps, world.order(event, user_id=user.id))
        again = await queue_again(world)
        await deliver(deps, Order(world.tenant_id, mail_id=again.id))
        assert len(sink.mails(user.email)) == 2

    async def test_not_of_another_tenant(self, deps: NotificationDeps, world: World) -> None:
        await deliver(deps, world.order(world.approval()))
        again = await queue_again(world)
        other = await World.make(deps)
        with pytest.raises(NotFoundError):
            await deliver(deps, Order(other.tenant_id, mail_id=again.id))


class TestOwnServer:
    async def test_mail_goes_by_it_under_the_tenants_address(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        await world.configure(
            smtp_host="127.0.0.1",
            smtp_port=sink.smtp_port,
            smtp_security=SmtpSecurity.NONE,
            from_address="talent@northwind.example.com",
            reply_to="hr@northwind.example.com",
            sender_name="Northwind Talent",
        )
        event = world.approval()
        await deliver(deps, world.order(event))
        mail = sink.only(event.to_email)
        assert mail.sender == "talent@northwind.example.com"
        assert mail.headers["From"] == "Northwind Talent <talent@northwind.example.com>"
        assert mail.headers["Reply-To"] == "hr@northwind.example.com"
        assert mail.message_id.endswith("@northwind.example.com>")

    async def test_a_server_without_starttls_gets_no_password(
        self, deps: NotificationDeps, world: World, sink: Sink
    ) -> None:
        await world.configure(
            smtp_host="127.0.0.1",
            smtp_port=sink.smtp_port,
            smtp_security=SmtpSecurity.STARTTLS,
            smtp_username="mailer",
            smtp_password_sealed=deps.secret_box.encrypt(
                "a secret", purpose=SMTP_PASSWORD_PURPOSE, tenant_id=world.tenant_id
            ),
            from_address="talent@northwind.example.com",
        )
        with pytest.raises(RetriableError):
            await deliver(deps, world.order(world.approval()))
        [entry] = await world.log()
        assert "a secret" not in str(entry.server_reply)
        assert sink.mails() == []


async def set_status(world: World, mail_id: int, status: MailStatus) -> None:
    async with world.deps.database.tenant_session(world.tenant_id) as session:
        entry = await session.get_one(MailLogEntry, mail_id)
        entry.status = status


async def queue_again(world: World) -> MailLogEntry:
    """The entry that the gateway makes when a person wants a mail again."""
    [first] = await world.log()
    again = await world.add(
        MailLogEntry(
            template=first.template,
            business_key=first.business_key,
            recipient=first.recipient,
            send_number=first.send_number + 1,
            status=MailStatus.QUEUED,
            event_name=first.event_name,
            event_data=first.event_data,
        )
    )
    assert isinstance(again, MailLogEntry)
    return again
