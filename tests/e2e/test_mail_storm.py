from __future__ import annotations

import asyncio
import os
import random
import uuid
from collections import Counter

import pytest
from blacklight_devstack.emulators.smtp_sink import Fault, FaultOrder
from blacklight_devstack.stack import Stack

from .conftest import Firm, until
from .mailbox import Mailbox

IS_LONG = os.environ.get("BLACKLIGHT_CHAOS") == "long"
PEOPLE = 500 if IS_LONG else 40
KILLS = 2

pytestmark = [pytest.mark.chaos]


@pytest.mark.timeout(1_200 if IS_LONG else 400)
async def test_a_file_of_invitations_while_the_server_defers_and_the_worker_is_killed(
    stack: Stack, firm: Firm
) -> None:
    mailbox = Mailbox(stack)
    await mailbox.order(FaultOrder(fault=Fault.DEFER, first_try_of_one_in=3))
    chance = random.Random(os.environ.get("BLACKLIGHT_CHAOS_SEED", uuid.uuid4().hex))
    addresses = {f"{uuid.uuid4().hex[:12]}@storm.example.com" for _ in range(PEOPLE)}

    report = await firm.ask(
        "POST",
        "/invitations/csv",
        content="\n".join(["email", *addresses]),
        headers={"Content-Type": "text/csv"},
    )
    assert report["invited"] == PEOPLE
    for kill in range(1, KILLS + 1):
        await mailbox_holds(mailbox, addresses, PEOPLE * kill // (KILLS + 2))
        await asyncio.sleep(chance.uniform(0.0, 0.2))
        await stack.kill("notifications")
        await stack.start("notifications")

    async def all_sent() -> list[dict[str, object]] | None:
        mails = [mail for mail in await firm.every("/mails") if mail["recipient"] in addresses]
        is_done = len(mails) == PEOPLE and {mail["status"] for mail in mails} == {"sent"}
        return mails if is_done else None

    mails = await until(all_sent)
    await mailbox.end_faults()
    arrived = Counter(recipient for mail in await mailbox.all() for recipient in mail.recipients)
    assert addresses - arrived.keys() == set()
    # A kill between the server's answer and our commit repeats a mail; the log knows which.
    uncertain = {mail["recipient"] for mail in mails if mail["unanswered_attempts"]}
    twice = {address for address in addresses if arrived[address] > 1}
    assert twice <= uncertain
    ids = {mail.message_id for mail in await mailbox.all() if mail.recipients[0] in addresses}
    assert len(ids) == PEOPLE
    assert any(mail["attempts"] != 1 for mail in mails)


async def mailbox_holds(mailbox: Mailbox, addresses: set[str], count: int) -> None:
    """Wait until so many of the mails have arrived."""

    async def enough() -> bool:
        arrived = [mail for mail in await mailbox.all() if mail.recipients[0] in addresses]
        return len(arrived) >= count

    await until(enough)
