"""Inboxes full of new mail: from the event that asks for a sync to the last recorded result."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage as Message
from pathlib import Path

from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes, emulated_mailboxes
from blacklight_devstack.engine_testing import TestEngine, running_engine, wait_until
from blacklight_devstack.ports import free_port
from blacklight_devstack.services import register
from blacklight_email_sync.parsing.extraction import extract_postings
from blacklight_shared.crypto import SecretBox
from blacklight_shared.database import Database
from blacklight_shared.events import SyncUserInbox
from blacklight_shared.integrations import ProviderTokens, keep_tokens
from blacklight_shared.models import (
    Candidate,
    CandidatePreferredRole,
    EmailIntegration,
    MailboxProviderName,
    PortalRole,
    PortalUser,
    Tenant,
)
from blacklight_shared.roles import ensure_roles
from pydantic import SecretStr

from benchmarks.speed.report import Figure
from benchmarks.speed.system import Installation, MeasuredDatabase

APP = "blacklight_email_sync.app:create_app"
MAX_CALLS_PER_MAIL = 1.1

_SECRET = "a key of a benchmark that protects nothing"  # noqa: S105 -- of a database that is dropped
_TIMEOUT_SECONDS = 1_800.0
_SCOPES = {
    MailboxProviderName.GMAIL: ["https://www.googleapis.com/auth/gmail.readonly"],
    MailboxProviderName.OUTLOOK: ["Mail.Read"],
}
_WORDS = [
    "build",
    "run",
    "test",
    "own",
    "ship",
    "review",
    "pipelines",
    "warehouses",
    "services",
    "models",
    "reports",
]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much mail there is.

    Attributes:
        inboxes: Half of them at each provider.
        mails: In each.
    """

    inboxes: int = 20
    mails: int = 100


def measure(installation: Installation, sizes: Sizes) -> list[Figure]:
    """Sync every inbox once, at the same time."""
    mails = [_mail(number) for number in range(sizes.mails)]
    total = sizes.inboxes * sizes.mails
    with (
        installation.database("inboxes") as database,
        emulated_mailboxes(_folder(installation)) as providers,
        running_engine(_folder(installation)) as engine,
        _worker(installation, database, providers, engine),
    ):
        events = asyncio.run(_connect(database, providers, sizes.inboxes, mails))
        started = time.perf_counter()
        engine.send(*events)
        wait_until(lambda: _results(database) == total, "the results", timeout=_TIMEOUT_SECONDS)
        seconds = time.perf_counter() - started
        calls = sum(
            provider.faults.calls.total() for provider in (providers.google, providers.microsoft)
        )
    reading = asyncio.run(_reading_seconds(mails)) * sizes.inboxes
    size = f"{sizes.inboxes} inboxes × {sizes.mails} mails, one worker"
    return [
        Figure(
            name="inbox sync, event to recorded results",
            sizes=size,
            unit="s",
            ours=seconds,
            limit=reading,
            limit_note="the reading of the same mails by the rules, one after the other",
        ),
        Figure(
            name="inbox sync, mails a second",
            sizes=size,
            unit="1/s",
            ours=total / seconds,
        ),
        Figure(
            name="inbox sync, requests to the provider",
            sizes=size,
            unit="per mail",
            ours=calls / total,
            limit=1.0,
            limit_note="one request for each mail",
            targets=((f"≤ {MAX_CALLS_PER_MAIL} per mail", calls / total <= MAX_CALLS_PER_MAIL),),
        ),
    ]


def _folder(installation: Installation) -> Path:
    folder = installation.folder / f"inboxes-{time.monotonic_ns()}"
    folder.mkdir()
    return folder


@contextmanager
def _worker(
    installation: Installation,
    database: MeasuredDatabase,
    providers: EmulatedMailboxes,
    engine: TestEngine,
) -> Iterator[None]:
    environment: Mapping[str, str] = {
        **database.urls.environment(),
        **{f"BLACKLIGHT_{name.upper()}": value for name, value in providers.settings.items()},
        "BLACKLIGHT_SECRET_KEYS": f'["{_SECRET}"]',
        # All begin at once: the pace is a choice of the operator, and not what is measured.
        "BLACKLIGHT_INBOX_SYNCS_PER_MINUTE": "6000",
        "INNGEST_BASE_URL": engine.base_url,
        "INNGEST_DEV": "1",
    }
    port = free_port()
    with installation.served(APP, port, environment):
        asyncio.run(register(port))
        yield


async def _connect(
    database: MeasuredDatabase, providers: EmulatedMailboxes, count: int, mails: Sequence[bytes]
) -> list[SyncUserInbox]:
    connected = database.connected()
    try:
        tenant_id = await _tenant(connected)
        kinds = list(MailboxProviderName)
        return [
            await _inbox(connected, providers, tenant_id, kinds[number % 2], number, mails)
            for number in range(count)
        ]
    finally:
        await connected.close()


async def _tenant(database: Database) -> int:
    async with database.global_session() as session:
        tenant = Tenant(slug="firm", name="Firm")
        session.add(tenant)
        roles = await ensure_roles(session, ["Data Engineer"])
        await session.flush()
        tenant_id = tenant.id
    async with database.tenant_session(tenant_id) as session:
        candidate = Candidate(tenant_id=tenant_id, first_name="Ada", last_name="Marsh")
        session.add(candidate)
        await session.flush()
        session.add_all(
            CandidatePreferredRole(candidate_id=candidate.id, role_id=role_id, tenant_id=tenant_id)
            for role_id in roles.values()
        )
    return tenant_id


async def _inbox(
    database: Database,
    providers: EmulatedMailboxes,
    tenant_id: int,
    kind: MailboxProviderName,
    number: int,
    mails: Sequence[bytes],
) -> SyncUserInbox:
    address = f"recruiter-{number}@example.com"
    far_side = providers.google if kind is MailboxProviderName.GMAIL else providers.microsoft
    for raw in mails:
        far_side.accounts.deliver(address, raw)
    tokens = ProviderTokens(
        access_token=far_side.accounts.issue_token(address, _SCOPES[kind]),
        renewal="{}",
        access_expires_at=datetime.now(UTC) + timedelta(hours=1),
        scopes=tuple(_SCOPES[kind]),
    )
    async with database.tenant_session(tenant_id) as session:
        user = PortalUser(
            tenant_id=tenant_id, email=address, full_name="Sam", role=PortalRole.RECRUITER
        )
        session.add(user)
        await session.flush()
        integration = EmailIntegration(
            tenant_id=tenant_id, user_id=user.id, provider=kind, address=address
        )
        session.add(integration)
        await session.flush()
        box = SecretBox([SecretStr(_SECRET)])
        await keep_tokens(session, box, tenant_id, integration.id, tokens)
        return SyncUserInbox(
            integration_id=integration.id, user_id=user.id, tenant_id=tenant_id, provider=kind
        )


def _results(database: MeasuredDatabase) -> int:
    return int(database.value("SELECT count(*) FROM email_messages WHERE processed_at IS NOT NULL"))


async def _reading_seconds(mails: Sequence[bytes]) -> float:
    await extract_postings(mails[0])
    started = time.perf_counter()
    for raw in mails:
        await extract_postings(raw)
    return time.perf_counter() - started


def _mail(number: int) -> bytes:
    chance = random.Random(number)
    message = Message()
    message["From"] = "Rita Vendor <rita@vendor.example.com>"
    message["To"] = "recruiter@example.com"
    message["Subject"] = f"Requirement {number}: Data Engineer"
    message["Message-ID"] = f"<{number}@vendor.example.com>"
    duties = " ".join(chance.choices(_WORDS, k=120))
    message.set_content(
        f"Job Title: Data Engineer\nClient: Client {number}\nLocation: Dallas, TX\n"
        f"Duration: 12 months\nRate: ${50 + number % 40}/hr\nVisa: USC, GC\n\n"
        f"Job Description:\n{duties}\nPython, SQL and Airflow are required.\n\nRita Vendor\n"
    )
    return bytes(message)
