"""What operators do to a running system: restart it, change its keys, bring back a backup."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest_asyncio
from blacklight_devstack.services import EMAIL_SYNC, GATEWAY, WORKERS
from blacklight_devstack.stack import Stack
from blacklight_devstack.stack_secrets import StackSecrets
from blacklight_devstack.traces.collector import ReceivedSpan, SpanCollector

from .conftest import Firm, MakeFirm, until
from .inbox import Inbox, opened_inbox
from .mailbox import Mailbox
from .world import market

IS_LONG = os.environ.get("BLACKLIGHT_CHAOS") == "long"

WORLD = market(postings=2_000 if IS_LONG else 120, resumes=2, seed=23)
POSTINGS_AT_A_TIME = 20
MOST_INVITATIONS = 400 if IS_LONG else 30
PAUSE_SECONDS = 0.5

REQUIREMENT = """Hi,

We have an urgent requirement for our direct client.

Job Title: Senior Data Scientist
Location: Austin, TX (Hybrid)
Duration: 12 months
Rate: $70/hr on C2C

Required skills: Python, SQL, pandas, machine learning. 8+ years of experience needed.
The scientist will forecast demand with a team of six.

Regards,
Rosa Vendor
"""


@dataclass
class Load:
    """Work that is asked for while the system is restarted.

    Attributes:
        firm: Whose.
        batches: Imports, as they were answered.
        invited: Addresses that were sent an invitation.
    """

    firm: Firm
    batches: list[dict[str, Any]] = field(default_factory=list)
    invited: set[str] = field(default_factory=set)

    async def run(self, stop: asyncio.Event) -> None:
        """All postings at least; then go on with invitations, to some bound."""
        postings = list(WORLD.postings)
        while postings or not stop.is_set():
            chunk, postings = postings[:POSTINGS_AT_A_TIME], postings[POSTINGS_AT_A_TIME:]
            if chunk:
                self.batches.append(await self.firm.import_jobs(chunk))
            if len(self.invited) < MOST_INVITATIONS:
                self.invited.add(await self._invite())
            await asyncio.sleep(PAUSE_SECONDS)

    async def _invite(self) -> str:
        address = f"{uuid.uuid4().hex[:12]}@rolling.example.com"
        await self.firm.ask("POST", "/invitations", json={"email": address})
        return address


@dataclass(frozen=True)
class Restarted:
    """A system that has new processes and a new encryption key, and worked meanwhile.

    Attributes:
        load: What it was asked to do.
        inbox: Connected before, its tokens encrypted with the old key.
        integration_id: Of the inbox.
        reencrypted: How many secrets the rotation found.
    """

    load: Load
    inbox: Inbox
    integration_id: int
    reencrypted: int


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def restarted(stack: Stack, state: Path, make_firm: MakeFirm) -> AsyncIterator[Restarted]:
    load = Load(await make_firm())
    await load.firm.bring_in(WORLD.resumes)
    async with opened_inbox(stack, load.firm, "gmail") as inbox:
        integration = await inbox.connect()
        await inbox.synced(integration["id"], runs=1)
        stop = asyncio.Event()
        working = asyncio.create_task(load.run(stop))
        reencrypted = await replace_encryption_key(stack, StackSecrets.kept_in(state).secret_key)
        stop.set()
        await working
        yield Restarted(load, inbox, integration["id"], reencrypted)


async def replace_encryption_key(stack: Stack, old: str) -> int:
    """As docs/operations.md says; every service is replaced on the way."""
    new = secrets.token_urlsafe(32)
    stack.reconfigure({"BLACKLIGHT_SECRET_KEYS": json.dumps([new, old])})
    for service in (*WORKERS, GATEWAY):
        await stack.roll(service.name)
    printed = await stack.run_module("blacklight_api", "rotate-secrets")
    stack.reconfigure({"BLACKLIGHT_SECRET_KEYS": json.dumps([new])})
    for service in (EMAIL_SYNC, GATEWAY):
        await stack.roll(service.name)
    return int(printed.split()[0])


class TestRollingRestart:
    async def test_nothing_is_lost(self, restarted: Restarted) -> None:
        firm = restarted.load.firm
        for batch in restarted.load.batches:
            counts = (await firm.matched(batch))["counts"]
            assert counts["jobs_new"] == POSTINGS_AT_A_TIME
            assert counts["chunks_matched"] == counts["chunks"]
        matches = await firm.match_set()
        assert matches
        await firm.match_again()
        assert await firm.match_set() == matches

    async def test_every_mail_arrives_once(self, stack: Stack, restarted: Restarted) -> None:
        invited = restarted.load.invited

        async def all_sent() -> list[dict[str, Any]] | None:
            mails = await restarted.load.firm.every("/mails")
            ours = [mail for mail in mails if mail["recipient"] in invited]
            is_done = len(ours) == len(invited) and {mail["status"] for mail in ours} == {"sent"}
            return ours if is_done else None

        mails = await until(all_sent)
        assert [mail["recipient"] for mail in mails if mail["attempts"] != 1] == []
        sunk = await Mailbox(stack).all()
        arrived = Counter(recipient for mail in sunk for recipient in mail.recipients)
        assert {arrived[address] for address in invited} == {1}

    async def test_no_step_is_done_twice(
        self, restarted: Restarted, collector: SpanCollector
    ) -> None:
        firm = restarted.load.firm
        for batch in restarted.load.batches:
            await firm.matched(batch)
        mails = len(restarted.load.invited)

        async def all_told() -> list[ReceivedSpan] | None:
            spans = spans_of(collector, firm)
            ended = Counter(span.name for span in spans)
            return spans if ended["workflow send-invitation-email"] == mails else None

        steps = [span for span in await until(all_told) if "blacklight.step" in span.attributes]
        done = Counter(
            (span.attributes["blacklight.run_id"], span.attributes["blacklight.step"])
            for span in steps
        )
        assert [step for step, times in done.items() if times > 1] == []
        assert [span.name for span in steps if span.failed] == []


class TestKeyRotation:
    async def test_secrets_are_read_without_the_old_key(self, restarted: Restarted) -> None:
        assert restarted.reencrypted > 0
        await restarted.inbox.deliver("Urgent requirement: Senior Data Scientist", REQUIREMENT)

        await restarted.inbox.sync(restarted.integration_id)

        [mail] = await restarted.inbox.messages(restarted.integration_id)
        assert mail["status"] == "job_created"


def spans_of(collector: SpanCollector, firm: Firm) -> list[ReceivedSpan]:
    """What the workers did for one firm."""
    return [
        span
        for span in collector.spans
        if span.attributes.get("blacklight.tenant_id") == str(firm.id)
    ]
