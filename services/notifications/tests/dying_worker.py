"""Delivers one mail and dies at a chosen moment: TENANT_ID MOMENT EVENT."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import date
from typing import Any

import pytest
from blacklight_notifications.delivery import Order, deliver
from blacklight_notifications.deps import open_deps
from blacklight_notifications.mail import log
from blacklight_notifications.mail.smtp import SmtpConnection
from blacklight_notifications.settings import NotificationSettings
from blacklight_shared.events import ApprovalMail


async def main(tenant_id: int, moment: str, event: ApprovalMail) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if moment == "before the mail":
            patch.setattr(SmtpConnection, "send", die_instead)
        if moment == "after the answer":
            patch.setattr(log, "mark_sent", die)
        async with open_deps(NotificationSettings()) as deps:
            await deliver(deps, Order(tenant_id, event, date(2026, 3, 4)))
            die()


def die(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def die_instead(*_: Any) -> str:
    die()
    return ""


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], ApprovalMail.model_validate_json(sys.argv[3])))
