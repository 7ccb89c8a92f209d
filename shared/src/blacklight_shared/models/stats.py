"""A tenant's figures by day, and which daily work has been done."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Integer, func, text
from sqlalchemy.orm import Mapped, mapped_column

from blacklight_shared.models.base import Base, JsonObject, one_of


class DailyStats(Base):
    """What happened to a tenant in one day of its time zone."""

    __tablename__ = "daily_stats"

    tenant_id: Mapped[int] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[date] = mapped_column(primary_key=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    """Exclusive; 23 to 25 hours after the start."""
    new_candidates: Mapped[int] = mapped_column(Integer)
    invitations_sent: Mapped[int] = mapped_column(Integer)
    invitations_opened: Mapped[int] = mapped_column(Integer)
    invitations_submitted: Mapped[int] = mapped_column(Integer)
    approvals: Mapped[int] = mapped_column(Integer)
    rejections: Mapped[int] = mapped_column(Integer)
    jobs_imported: Mapped[JsonObject] = mapped_column(server_default=text("'{}'::jsonb"))
    """Number of postings by source."""
    inbox_jobs: Mapped[int] = mapped_column(Integer)
    matches_created: Mapped[int] = mapped_column(Integer)
    matches_recommended: Mapped[int] = mapped_column(Integer)
    mails_sent: Mapped[int] = mapped_column(Integer)
    mails_failed: Mapped[int] = mapped_column(Integer)
    generated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class DailyJob(StrEnum):
    """Work that is done once in each tenant's day."""

    CHECK_EXPIRING_INVITATIONS = "check-expiring-invitations"
    GENERATE_DAILY_STATS = "generate-daily-stats"


class TenantDailyRun(Base):
    """A daily job that is done for a tenant's day."""

    __tablename__ = "tenant_daily_runs"
    __table_args__ = (one_of("job", DailyJob),)

    tenant_id: Mapped[int] = mapped_column(
        ForeignKey("tenants.id", ondelete="CASCADE"), primary_key=True
    )
    job: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    """In the tenant's time zone."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
