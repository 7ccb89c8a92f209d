"""Mailboxes of recruiters: how they are connected, what was fetched and what became of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, JsonObject, Timestamps, one_of

INTEGRATION_TOKENS_PURPOSE = "integration-tokens"
"""Under which ``SecretBox`` keeps ``IntegrationTokens.tokens_sealed``."""
OAUTH_FLOW_PURPOSE = "oauth-flow"
"""Under which ``SecretBox`` keeps ``OAuthState.flow_sealed``."""
EMAIL_BODY_PURPOSE = "email-body"
"""Under which ``SecretBox`` keeps ``EmailMessage.raw_sealed``."""
DEFAULT_SYNC_FREQUENCY_MINUTES = 15


class MailboxProviderName(StrEnum):
    """Who keeps a mailbox."""

    GMAIL = "gmail"
    OUTLOOK = "outlook"


class IntegrationStatus(StrEnum):
    """Whether a mailbox is read."""

    ACTIVE = "active"
    PAUSED = "paused"
    """By a person."""
    DISABLED = "disabled"
    """By the system: the provider lets us in no more, or fails again and again."""
    DISCONNECTED = "disconnected"
    """By a person, for good; the tokens are erased, the history stays."""


class SyncTrigger(StrEnum):
    """Why a mailbox was read."""

    SCHEDULE = "schedule"
    MANUAL = "manual"


class SyncRunStatus(StrEnum):
    """How far the reading of a mailbox has come."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


class EmailMessageStatus(StrEnum):
    """What has become of a mail."""

    QUEUED = "queued"
    JOB_CREATED = "job_created"
    """It held a posting, a new one or one that was there."""
    SKIPPED = "skipped"
    FAILED = "failed"


class EmailIntegration(Timestamps, Base):
    """A mailbox of one person; connecting the same one again continues the same row."""

    __tablename__ = "email_integrations"
    __table_args__ = (
        one_of("provider", MailboxProviderName),
        one_of("status", IntegrationStatus),
        UniqueConstraint("user_id", "provider", "address"),
        Index(None, "tenant_id", "id"),
        Index(None, "last_synced_at", postgresql_where=text("status = 'active'")),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    provider: Mapped[str]
    address: Mapped[str]
    """As the provider says, in lower case."""
    status: Mapped[str] = mapped_column(server_default=IntegrationStatus.ACTIVE)
    sync_frequency_minutes: Mapped[int] = mapped_column(
        Integer, server_default=text(str(DEFAULT_SYNC_FREQUENCY_MINUTES))
    )
    sync_cursor: Mapped[str | None]
    """Where the next sync goes on, in the provider's own words; None: from the beginning."""
    messages_found: Mapped[int] = mapped_column(server_default=text("0"))
    messages_queued: Mapped[int] = mapped_column(server_default=text("0"))
    jobs_created: Mapped[int] = mapped_column(server_default=text("0"))
    consecutive_failures: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    last_synced_at: Mapped[datetime | None]
    """When the last sync ended, whether it succeeded or failed."""
    last_error_code: Mapped[str | None]
    last_error: Mapped[str | None]
    """In words that a recruiter understands; None after a sync that succeeded."""
    connected_at: Mapped[datetime] = mapped_column(server_default=func.now())


class IntegrationTokens(Timestamps, Base):
    """What the provider lets us in with.

    A table of its own: its row is locked while tokens are refreshed, and nothing that shows or
    changes an integration has to wait for that, or has the secrets in hand.
    """

    __tablename__ = "integration_tokens"

    integration_id: Mapped[int] = mapped_column(
        ForeignKey("email_integrations.id", ondelete="CASCADE"), primary_key=True
    )
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    tokens_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    access_expires_at: Mapped[datetime]
    scopes: Mapped[list[str]]
    """What the person has granted."""
    refused_at: Mapped[datetime | None]
    """When the provider refused to refresh them; only connecting again helps."""


class OAuthState(Base):
    """A connection that was begun; good once, for ten minutes, in the browser that began it."""

    __tablename__ = "oauth_states"
    __table_args__ = (
        one_of("provider", MailboxProviderName),
        UniqueConstraint("state_hash"),
        Index(None, "tenant_id", "expires_at"),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey("portal_users.id", ondelete="CASCADE"))
    """For whom the mailbox will be read."""
    provider: Mapped[str]
    state_hash: Mapped[bytes] = mapped_column(LargeBinary)
    session_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Of a secret that only the browser has in which it was begun."""
    flow_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    """The PKCE verifier, and what else the provider's library needs to finish."""
    return_to: Mapped[str | None]
    """The path of this site that the browser goes to in the end."""
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SyncRun(Base):
    """One reading of a mailbox, for the history that people see."""

    __tablename__ = "sync_runs"
    __table_args__ = (
        one_of("trigger", SyncTrigger),
        one_of("status", SyncRunStatus),
        UniqueConstraint("integration_id", "run_key"),
        Index(None, "integration_id", "id"),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    integration_id: Mapped[int] = mapped_column(
        ForeignKey("email_integrations.id", ondelete="CASCADE")
    )
    run_key: Mapped[str]
    """The engine's id of the run, so that a step that is repeated finds its row."""
    trigger: Mapped[str]
    status: Mapped[str] = mapped_column(server_default=SyncRunStatus.RUNNING)
    messages_found: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    messages_queued: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    jobs_created: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    provider_calls: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    """In words that a recruiter understands."""
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]


class EmailMessage(Timestamps, Base):
    """A mail that was fetched, and its one recorded result."""

    __tablename__ = "email_messages"
    __table_args__ = (
        one_of("status", EmailMessageStatus),
        UniqueConstraint("integration_id", "message_id"),
        Index(None, "integration_id", "id"),
        Index(None, "integration_id", "provider_message_id"),
        Index(None, "purge_after", postgresql_where=text("raw_sealed IS NOT NULL")),
    )

    id: Mapped[BigIntPK]
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    integration_id: Mapped[int] = mapped_column(
        ForeignKey("email_integrations.id", ondelete="CASCADE")
    )
    sync_run_id: Mapped[int | None] = mapped_column(ForeignKey("sync_runs.id", ondelete="SET NULL"))
    provider_message_id: Mapped[str]
    message_id: Mapped[str]
    """The header of RFC 5322 without angle brackets; one made of the content where it lacks."""
    sender: Mapped[str | None]
    subject: Mapped[str | None]
    received_at: Mapped[datetime | None]
    raw_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The whole mail, encrypted; None once it was purged."""
    raw_bytes: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """How large the mail is."""
    purge_after: Mapped[datetime]
    """When body, sender and subject are erased."""
    status: Mapped[str] = mapped_column(server_default=EmailMessageStatus.QUEUED)
    reason_code: Mapped[str | None]
    reason: Mapped[str | None]
    """Why it was skipped or failed, in words that a recruiter understands."""
    confidence: Mapped[Decimal | None] = mapped_column(Numeric(4, 3))
    """That it holds a posting: 0 to 1."""
    parser: Mapped[str | None]
    parser_note: Mapped[str | None]
    """Why another parser was used than the one that was asked for."""
    processed_at: Mapped[datetime | None]


class JobPostingSource(Base):
    """A mail that a posting came from; the same requirement may come in several."""

    __tablename__ = "job_posting_sources"
    __table_args__ = (
        Index(None, "email_message_id"),
        Index(None, "tenant_id", "title_key", "created_at"),
    )

    job_posting_id: Mapped[int] = mapped_column(
        ForeignKey("job_postings.id", ondelete="CASCADE"), primary_key=True
    )
    email_message_id: Mapped[int] = mapped_column(
        ForeignKey("email_messages.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    """Which of the postings in the mail, from 0."""
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    title_key: Mapped[str]
    """The normal form of the title; only postings that share it may be the same requirement."""
    details: Mapped[JsonObject] = mapped_column(server_default=text("'{}'::jsonb"))
    """What the mail says and a posting has no column for: client, contact, duration, visa terms."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
