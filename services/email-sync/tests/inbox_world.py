"""A tenant with people, candidates and connected inboxes, and mails that arrive in them."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage as Message
from email.utils import format_datetime
from typing import Any, TypeVar

from blacklight_devstack.emulators.accounts import Mail
from blacklight_devstack.emulators.mail_provider import MailProvider
from blacklight_devstack.emulators.mailboxes import EmulatedMailboxes
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.settings import EmailSyncSettings
from blacklight_shared.events import SyncUserInbox
from blacklight_shared.integrations import ProviderTokens, keep_tokens
from blacklight_shared.models import (
    AuditEntry,
    Base,
    Candidate,
    CandidatePreferredRole,
    CandidateStatus,
    EmailIntegration,
    EmailMessage,
    EmailMessageStatus,
    JobPosting,
    JobPostingSource,
    MailboxProviderName,
    OutboxEvent,
    PortalRole,
    PortalUser,
    SyncRun,
    Tenant,
)
from blacklight_shared.roles import ensure_roles, learn_aliases
from blacklight_shared.settings import Environment
from sqlalchemy import func, select

SCOPES = {
    MailboxProviderName.GMAIL: ["https://www.googleapis.com/auth/gmail.readonly"],
    MailboxProviderName.OUTLOOK: ["Mail.Read"],
}

RowT = TypeVar("RowT", bound=Base)

DUTIES = [
    f"{verb} {what}"
    for verb in ("build", "run", "test", "document", "secure", "monitor", "migrate", "tune")
    for what in (
        "streaming pipelines",
        "the customer warehouse",
        "Python services",
        "SQL models",
        "Airflow schedules",
        "Kafka topics",
        "Spark jobs",
        "cost reports",
        "AWS accounts",
        "data contracts",
    )
]


@dataclass(frozen=True)
class Inbox:
    """A connected inbox and its far side."""

    integration: EmailIntegration
    provider: MailProvider

    @property
    def address(self) -> str:
        return self.integration.address

    @property
    def id(self) -> int:
        return self.integration.id

    def receive(self, raw: bytes, received_at: datetime | None = None) -> Mail:
        """Let a mail arrive."""
        return self.provider.accounts.deliver(self.address, raw, received_at)

    def sync_event(self, *, manual: bool = False) -> SyncUserInbox:
        """The event that asks for a sync."""
        return SyncUserInbox(
            integration_id=self.id,
            user_id=self.integration.user_id,
            tenant_id=self.integration.tenant_id,
            provider=self.integration.provider,
            manual_trigger=manual,
        )


@dataclass(frozen=True)
class World:
    """A tenant and the means to look at it."""

    deps: EmailSyncDeps
    far_side: EmulatedMailboxes
    tenant_id: int

    @classmethod
    async def make(cls, deps: EmailSyncDeps, far_side: EmulatedMailboxes, **fields: Any) -> World:
        """A new tenant."""
        values = {"slug": uuid.uuid4().hex, "name": "Northwind Staffing", **fields}
        async with deps.database.global_session() as session:
            tenant = Tenant(**values)
            session.add(tenant)
            await session.flush()
            return cls(deps, far_side, tenant.id)

    async def add(self, row: RowT) -> RowT:
        """Add a row of the tenant."""
        row.tenant_id = self.tenant_id  # type: ignore[attr-defined]  # only such rows are added
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            session.add(row)
            await session.flush()
            await session.refresh(row)
        return row

    async def user(self, **fields: Any) -> PortalUser:
        """A recruiter of the tenant."""
        values = {
            "email": f"{uuid.uuid4().hex[:8]}@northwind.example.com",
            "full_name": "Sam Rivera",
            "role": PortalRole.RECRUITER,
            **fields,
        }
        return await self.add(PortalUser(**values))

    async def candidate(self, role: str, *aliases: str, **fields: Any) -> Candidate:
        """A candidate who prefers a role."""
        async with self.deps.database.global_session() as session:
            [role_id] = (await ensure_roles(session, [role])).values()
            await learn_aliases(session, dict.fromkeys(aliases, role_id))
        values = {
            "first_name": "Ada",
            "last_name": "Marsh",
            "email": f"{uuid.uuid4().hex[:8]}@example.com",
            "status": CandidateStatus.APPROVED,
            **fields,
        }
        candidate = await self.add(Candidate(**values))
        wish = CandidatePreferredRole(candidate_id=candidate.id, role_id=role_id)
        await self.add(wish)
        return candidate

    async def inbox(
        self, provider: MailboxProviderName = MailboxProviderName.GMAIL, **fields: Any
    ) -> Inbox:
        """A connected inbox of a person of its own."""
        theirs = {
            MailboxProviderName.GMAIL: self.far_side.google,
            MailboxProviderName.OUTLOOK: self.far_side.microsoft,
        }[provider]
        user_id = fields.pop("user_id", None) or (await self.user()).id
        values = {
            "user_id": user_id,
            "provider": provider,
            "address": f"{uuid.uuid4().hex[:12]}@mail.example.com",
            **fields,
        }
        integration = await self.add(EmailIntegration(**values))
        inbox = Inbox(integration, theirs)
        await self.let_in(inbox)
        return inbox

    async def let_in(self, inbox: Inbox) -> None:
        """Give the installation a token that opens an inbox, and none that renews it."""
        scopes = SCOPES[MailboxProviderName(inbox.integration.provider)]
        tokens = ProviderTokens(
            access_token=inbox.provider.accounts.issue_token(inbox.address, scopes),
            renewal="{}",
            access_expires_at=datetime.now(UTC) + timedelta(hours=1),
            scopes=tuple(scopes),
        )
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            await keep_tokens(session, self.deps.secret_box, self.tenant_id, inbox.id, tokens)

    async def integration(self, inbox: Inbox) -> EmailIntegration:
        """The integration as it is now."""
        [row] = await self._rows(EmailIntegration, EmailIntegration.id == inbox.id)
        return row

    async def mails(self, inbox: Inbox | None = None) -> list[EmailMessage]:
        """The stored mails, in the order of storing."""
        condition = True if inbox is None else EmailMessage.integration_id == inbox.id
        return await self._rows(EmailMessage, condition)

    async def waiting(self) -> int:
        """How many mails wait for being read."""
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            count = await session.scalar(
                select(func.count()).where(EmailMessage.status == EmailMessageStatus.QUEUED)
            )
            return count or 0

    async def sync_runs(self, inbox: Inbox) -> list[SyncRun]:
        """The history of an inbox, the oldest first."""
        return await self._rows(SyncRun, SyncRun.integration_id == inbox.id)

    async def postings(self) -> list[JobPosting]:
        """The tenant's own postings."""
        return await self._rows(JobPosting, JobPosting.source_tenant_id == self.tenant_id)

    async def sources(self) -> list[JobPostingSource]:
        """The mails of the tenant's postings."""
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            rows = await session.scalars(
                select(JobPostingSource).order_by(
                    JobPostingSource.email_message_id, JobPostingSource.position
                )
            )
            return list(rows)

    async def audit(self) -> list[AuditEntry]:
        """The tenant's audit log."""
        return await self._rows(AuditEntry, AuditEntry.tenant_id == self.tenant_id)

    async def events(self) -> list[tuple[str, dict[str, Any]]]:
        """Names and data of what the tenant's outbox holds."""
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            rows = await session.execute(
                select(OutboxEvent.name, OutboxEvent.data).order_by(OutboxEvent.sequence)
            )
            return [(row.name, row.data) for row in rows]

    async def _rows(self, model: type[RowT], condition: Any) -> list[RowT]:
        async with self.deps.database.tenant_session(self.tenant_id) as session:
            rows = await session.scalars(
                select(model).where(condition).order_by(model.id)  # type: ignore[attr-defined]  # all of them have one
            )
            return list(rows)


def requirement(
    number: int = 1, *, title: str = "Data Engineer", message_id: str | None = None, body: str = ""
) -> bytes:
    """A vendor's mail about one job, each number a different one."""
    places = ("Dallas, TX", "Chicago, IL", "Austin, TX", "Denver, CO", "Columbus, OH", "Tampa, FL")
    clients = ("Contoso Bank", "Fabrikam Health", "Litware Energy", "Tailwind Retail", "Wingtip")
    place, client = places[number % len(places)], clients[number % len(clients)]
    duties = random.Random(number).choices(DUTIES, k=24)
    text = body or (
        f"Hi,\n\nWe have the following requirement with our client {client}.\n\n"
        f"Job Title: {title}\nLocation: {place} (Hybrid)\nDuration: {6 + number % 18} months\n"
        f"Rate: ${50 + number % 45}/hr on C2C\nVisa: USC, GC, H1B\nJob ID: REQ-{number:05d}\n"
        f"Experience: {3 + number % 9}+ years\n\nJob Description:\n"
        f"The {title} will {', '.join(duties[:12])}. Then {', '.join(duties[12:])}.\n\n"
        "Thanks,\nRita Vendor\nVendor Systems Inc\nrita@vendor.example.com\n"
    )
    return mail(
        f"Requirement #{number}: {title} - {place}",
        text,
        message_id=message_id or f"<req-{number}@vendor.example.com>",
    )


def mail(
    subject: str,
    text: str,
    *,
    message_id: str | None = None,
    sender: str = "Rita Vendor <rita@vendor.example.com>",
) -> bytes:
    """A plain mail."""
    message = Message()
    message["From"] = sender
    message["To"] = "Sam Rivera <sam@northwind.example.com>"
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id or f"<{uuid.uuid4().hex}@vendor.example.com>"
    message.set_content(text)
    return bytes(message)


def settings_for(database: DatabaseUrls, far_side: EmulatedMailboxes) -> EmailSyncSettings:
    """Settings of a worker that wastes no time waiting."""
    return EmailSyncSettings.model_validate(
        {
            "env": Environment.TEST,
            "database_url": database.app,
            "system_database_url": database.system,
            "sync_jitter": timedelta(),
            "provider_backoff": timedelta(milliseconds=1),
            **far_side.settings,
        }
    )
