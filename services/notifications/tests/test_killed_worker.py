"""A worker that is killed in the one moment that SMTP leaves open, and beside it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Literal

from blacklight_notifications.delivery import deliver
from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.settings import NotificationSettings
from blacklight_shared.events import ApprovalMail
from blacklight_shared.models import MailStatus

from services.notifications.tests.world import Sink, World

DYING_WORKER = Path(__file__).parent / "dying_worker.py"

Moment = Literal["before the mail", "after the answer", "after the commit"]


async def test_killed_between_the_servers_answer_and_the_commit(
    deps: NotificationDeps, settings: NotificationSettings, world: World, sink: Sink
) -> None:
    event = world.approval()
    await killed(settings, world, event, "after the answer")
    [entry] = await world.log()
    assert (entry.status, entry.attempts) == (MailStatus.SENDING, 1)
    assert len(sink.mails()) == 1

    assert await deliver(deps, world.order(event)) is MailStatus.SENT
    first, second = sink.mails(event.to_email)
    assert first.message_id == second.message_id
    [entry] = await world.log()
    assert entry.unanswered_attempts == 1


async def test_killed_before_the_server_has_the_mail(
    deps: NotificationDeps, settings: NotificationSettings, world: World, sink: Sink
) -> None:
    event = world.approval()
    await killed(settings, world, event, "before the mail")
    assert sink.mails() == []
    assert await deliver(deps, world.order(event)) is MailStatus.SENT
    assert len(sink.mails()) == 1


async def test_killed_after_the_commit(
    deps: NotificationDeps, settings: NotificationSettings, world: World, sink: Sink
) -> None:
    event = world.approval()
    await killed(settings, world, event, "after the commit")
    assert await deliver(deps, world.order(event)) is MailStatus.SENT
    assert len(sink.mails()) == 1
    [entry] = await world.log()
    assert (entry.attempts, entry.unanswered_attempts) == (1, 0)


async def killed(
    settings: NotificationSettings, world: World, event: ApprovalMail, moment: Moment
) -> None:
    """Deliver a mail in a process of its own that dies at a moment."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(DYING_WORKER), str(world.tenant_id), moment),
        event.model_dump_json(),
        env={
            **os.environ,
            "DATABASE_URL": settings.database_url.get_secret_value(),
            "SYSTEM_DATABASE_URL": settings.system_database_url.get_secret_value(),
            "BLACKLIGHT_SMTP_PORT": str(settings.smtp_port),
            "BLACKLIGHT_MAIL_FROM": settings.mail_from,
        },
    )
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
