"""Global roles, the other names they go by, and the queue of what to scrape for them."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import REAL
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, BigIntPK, Timestamps, one_of


class RoleStatus(StrEnum):
    """Whether people have accepted a role."""

    PENDING_REVIEW = "pending_review"
    APPROVED = "approved"
    REJECTED = "rejected"
    MERGED = "merged"


class AliasSource(StrEnum):
    """Where an alias came from."""

    SEED = "seed"
    LEARNED = "learned"
    PERSON = "person"


class ScrapeStatus(StrEnum):
    """Where a role and location stand in the scraper queue."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"


class ScraperSessionStatus(StrEnum):
    """How a scraper's work on one role and location stands."""

    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


class GlobalRole(Timestamps, Base):
    """A canonical role such as "Data Scientist", shared by all tenants."""

    __tablename__ = "global_roles"
    __table_args__ = (
        one_of("status", RoleStatus),
        Index(
            "ix_global_roles_pending_review",
            "id",
            postgresql_where=text("status = 'pending_review'"),
        ),
        Index(None, "merged_into_id", postgresql_where=text("merged_into_id IS NOT NULL")),
        Index(
            "ix_global_roles_words",
            text("to_tsvector('simple'::regconfig, name)"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[BigIntPK]
    name: Mapped[str]
    normalized_name: Mapped[str] = mapped_column(unique=True)
    status: Mapped[str] = mapped_column(server_default=RoleStatus.PENDING_REVIEW)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("global_roles.id"))


class RoleAlias(Base):
    """Another name of a role; resolved before anything is guessed."""

    __tablename__ = "role_aliases"
    __table_args__ = (
        one_of("source", AliasSource),
        Index(None, "role_id"),
        Index(
            "ix_role_aliases_words",
            text("to_tsvector('simple'::regconfig, alias)"),
            postgresql_using="gin",
        ),
    )

    id: Mapped[BigIntPK]
    role_id: Mapped[int] = mapped_column(ForeignKey("global_roles.id", ondelete="CASCADE"))
    alias: Mapped[str]
    normalized_alias: Mapped[str] = mapped_column(unique=True)
    source: Mapped[str] = mapped_column(server_default=AliasSource.LEARNED)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RoleSuggestion(Base):
    """An approved role that a role under review may be another name of."""

    __tablename__ = "role_suggestions"
    __table_args__ = (Index(None, "suggested_role_id"),)

    role_id: Mapped[int] = mapped_column(
        ForeignKey("global_roles.id", ondelete="CASCADE"), primary_key=True
    )
    suggested_role_id: Mapped[int] = mapped_column(
        ForeignKey("global_roles.id", ondelete="CASCADE"), primary_key=True
    )
    similarity: Mapped[float] = mapped_column(REAL)
    """0-1."""


class ScrapeTarget(Timestamps, Base):
    """One role in one location, waiting for or being worked on by a scraper."""

    __tablename__ = "scrape_targets"
    __table_args__ = (
        UniqueConstraint("role_id", "location"),
        one_of("status", ScrapeStatus),
        Index(
            "ix_scrape_targets_queue",
            text("priority DESC"),
            text("last_scraped_at ASC NULLS FIRST"),
            "id",
            postgresql_where=text("status = 'pending'"),
        ),
    )

    id: Mapped[BigIntPK]
    role_id: Mapped[int] = mapped_column(ForeignKey("global_roles.id", ondelete="CASCADE"))
    location: Mapped[str] = mapped_column(server_default="")
    """As scrapers should search for it; empty means anywhere."""
    status: Mapped[str] = mapped_column(server_default=ScrapeStatus.PENDING)
    priority: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    """Number of candidates waiting for the role; higher goes first."""
    attempts: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    last_scraped_at: Mapped[datetime | None]
    last_error: Mapped[str | None]


class ScraperSession(Base):
    """A scraper's claim on one scrape target; at most one is in progress per key."""

    __tablename__ = "scraper_sessions"
    __table_args__ = (
        one_of("status", ScraperSessionStatus),
        Index(
            "uq_scraper_sessions_active_key",
            "api_key_id",
            unique=True,
            postgresql_where=text("status = 'in_progress'"),
        ),
        Index(None, "status", "heartbeat_at"),
        Index(None, "tenant_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"))
    scrape_target_id: Mapped[int] = mapped_column(
        ForeignKey("scrape_targets.id", ondelete="CASCADE")
    )
    status: Mapped[str] = mapped_column(server_default=ScraperSessionStatus.IN_PROGRESS)
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    heartbeat_at: Mapped[datetime] = mapped_column(server_default=func.now())
    finished_at: Mapped[datetime | None]
    error: Mapped[str | None]


class ScraperSubmission(Base):
    """What a scraper session delivered from one platform; counted once."""

    __tablename__ = "scraper_submissions"

    session_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("scraper_sessions.id", ondelete="CASCADE"), primary_key=True
    )
    platform: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenants.id", ondelete="CASCADE"))
    import_batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("job_import_batches.id", ondelete="SET NULL")
    )
    jobs_received: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
