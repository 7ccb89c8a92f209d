"""What operators do to a running system: restart it, change its keys, bring back a backup."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from blacklight_devstack.backups import back_up, restore
from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_devstack.postgres import EmbeddedPostgres
from blacklight_devstack.postgres_account import PostgresError
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_devstack.processes import Supervisor
from blacklight_devstack.services import EMAIL_SYNC, GATEWAY, WORKERS
from blacklight_devstack.stack import DATABASE, Stack, StackOptions
from blacklight_devstack.stack_secrets import StackSecrets
from blacklight_devstack.traces.collector import ReceivedSpan, SpanCollector

from .conftest import SETTINGS, Firm, MakeFirm, until
from .inbox import Inbox, opened_inbox
from .mailbox import Mailbox
from .world import market

IS_LONG = os.environ.get("BLACKLIGHT_CHAOS") == "long"

WORLD = market(postings=2_000 if IS_LONG else 80, resumes=2, seed=23)
POSTINGS_AT_A_TIME = 20
MOST_INVITATIONS = 400 if IS_LONG else 20
PAUSE_SECONDS = 0.5 if IS_LONG else 1.0

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1_200 if IS_LONG else 600)]

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

    async def sent_mails(self) -> list[dict[str, Any]]:
        """The log of the invitations, once all are sent."""

        async def all_sent() -> list[dict[str, Any]] | None:
            mails = await self.firm.every("/mails")
            ours = [mail for mail in mails if mail["recipient"] in self.invited]
            is_done = len(ours) == len(self.invited) and {m["status"] for m in ours} == {"sent"}
            return ours if is_done else None

        return await until(all_sent)

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
    """As docs/operations.md says, with one replica each; every service is replaced on the way."""
    new = secrets.token_urlsafe(32)
    stack.reconfigure({"BLACKLIGHT_SECRET_KEYS": json.dumps([new, old])})
    for service in (*WORKERS, GATEWAY):
        await stack.roll(service.name)
    printed = await stack.run_module("blacklight_api", "rotate-secrets")
    stack.reconfigure({"BLACKLIGHT_SECRET_KEYS": json.dumps([new])})
    # The others would be rolled too; the tests look at what this one reads.
    await stack.roll(EMAIL_SYNC.name)
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
        mails = await restarted.load.sent_mails()
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


class TestTraces:
    async def test_one_trace_goes_from_the_request_to_the_rows(
        self, restarted: Restarted, collector: SpanCollector
    ) -> None:
        for batch in restarted.load.batches:
            await restarted.load.firm.matched(batch)

        async def all_told() -> list[ReceivedSpan] | None:
            runs = [
                span
                for span in spans_of(collector, restarted.load.firm)
                if span.name == "workflow match-jobs-to-candidates"
            ]
            return runs if len(runs) == len(restarted.load.batches) else None

        for run in await until(all_told):
            spans = collector.trace(run.trace_id)
            by_id = {span.span_id: span for span in spans}
            [sent] = [span for span in spans if span.span_id == run.parent_id]
            [request] = [span for span in spans if span.parent_id not in by_id]
            steps = {span.name for span in spans if span.parent_id == run.span_id}
            assert (request.service, request.name) == ("blacklight-api", "POST /jobs/import")
            assert (sent.name, sent.parent_id) == ("outbox jobs/imported", request.span_id)
            assert {"step resolve-roles", "step embed", "step score"} <= steps


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


class TestBackup:
    async def test_a_restored_database_answers_and_works_as_the_one_that_was_lost(
        self,
        stack: Stack,
        state: Path,
        restarted: Restarted,
        make_firm: MakeFirm,
        tmp_path: Path,
    ) -> None:
        firm, other = restarted.load.firm, await make_firm()
        for batch in restarted.load.batches:
            await firm.matched(batch)
        await restarted.load.sent_mails()
        before = await everything_of(firm)
        assert before.matches

        server = EmbeddedPostgres(state)
        await asyncio.to_thread(back_up, server, DATABASE, tmp_path / "backup")
        await firm.ask("POST", "/candidates", json={"first_name": "Too Late"})
        name = f"restored_{uuid.uuid4().hex[:8]}"
        database = await asyncio.to_thread(restore, server, tmp_path / "backup", name)

        async with (
            gateway_on(database, stack, tmp_path) as url,
            firm.at(url) as restored,
            other.at(url) as neighbour,
        ):
            assert await everything_of(restored) == before
            made = await restored.ask("POST", "/candidates", json={"first_name": "Next"})
            known = {candidate["id"] for candidate in before.candidates}
            assert made["id"] not in known
            assert await neighbour.every("/candidates") == []
            answer = await neighbour.http.get(f"/candidates/{made['id']}")
            assert answer.status_code == 404

    @pytest.mark.skipif(not IS_LONG, reason="starts the whole system twice; make chaos does")
    async def test_what_was_under_way_is_finished_when_the_engine_is_lost_too(
        self, stack: Stack, state: Path, firm: Firm, tmp_path: Path
    ) -> None:
        load = Load(firm, invited={f"{uuid.uuid4().hex[:12]}@backup.example.com"})
        for address in load.invited:
            await firm.ask("POST", "/invitations", json={"email": address})
        await load.sent_mails()
        await firm.bring_in(WORLD.resumes)
        began = datetime.now(UTC) - timedelta(minutes=30)
        batch = await firm.import_jobs(WORLD.postings)
        server = EmbeddedPostgres(state)
        await asyncio.to_thread(back_up, server, DATABASE, tmp_path / "backup")
        assert (await firm.matched(batch))["counts"]["jobs_new"] == len(WORLD.postings)

        name = f"restored_{uuid.uuid4().hex[:8]}"
        database = await asyncio.to_thread(restore, server, tmp_path / "backup", name)
        keys = stack.service_environment()["BLACKLIGHT_SECRET_KEYS"]
        options = StackOptions(
            tmp_path / "state",
            environment={"ENGINE": "local", **database.environment()},
            settings={**SETTINGS, "BLACKLIGHT_SECRET_KEYS": keys},
        )
        async with Stack(options) as second, firm.at(second.gateway_url) as restored:
            arguments = ("resend-events", "--since", began.isoformat())
            printed = await second.run_module("blacklight_api", *arguments)
            assert int(printed.split()[0]) > 0
            await restored.matched(batch)
            assert await restored.match_set() == await firm.match_set()
            # Only what the copy has reason for is sent, as about the inboxes of other firms.
            mails = await Mailbox(second).all()
            assert not load.invited & {address for mail in mails for address in mail.recipients}
            sent_before = {mail.message_id for mail in await Mailbox(stack).all()}
            assert not sent_before & {mail.message_id for mail in mails}

    async def test_what_is_no_backup_changes_nothing(
        self, stack: Stack, state: Path, tmp_path: Path
    ) -> None:
        server = EmbeddedPostgres(state)
        (tmp_path / "backup").write_bytes(b"PGDMP cut off")

        with pytest.raises(PostgresError, match="pg_restore failed"):
            await asyncio.to_thread(restore, server, tmp_path / "backup", DATABASE)

        with server.connection(DATABASE) as connection:
            assert connection.execute("SELECT count(*) FROM tenants").fetchone() != (0,)


@dataclass(frozen=True)
class Everything:
    """What a firm sees."""

    candidates: list[dict[str, Any]]
    jobs: list[dict[str, Any]]
    mails: list[dict[str, Any]]
    keys: list[dict[str, Any]]
    matches: set[tuple[str, str, float]]


async def everything_of(firm: Firm) -> Everything:
    return Everything(
        candidates=await firm.every("/candidates"),
        jobs=await firm.every("/jobs"),
        mails=await firm.every("/mails"),
        keys=[
            {name: value for name, value in key.items() if name != "last_used_at"}
            for key in await firm.every("/api-keys")
        ],
        matches=await firm.match_set(),
    )


@asynccontextmanager
async def gateway_on(database: DatabaseUrls, stack: Stack, folder: Path) -> AsyncIterator[str]:
    """A second gateway, on another database; its events go nowhere."""
    supervisor, port = Supervisor(folder), free_port()
    environment = {
        **stack.service_environment(),
        **database.environment(),
        "BLACKLIGHT_RELAY_ENABLED": "false",
    }
    [spec] = GATEWAY.copies(1, port, environment)
    await supervisor.start(spec)
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await supervisor.stop_all()
