"""The figures of a tenant's day, counted from what happened in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from blacklight_shared.models import Tenant
from blacklight_shared.workflows import NotFoundError
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

_UPSERT = text(
    """
    INSERT INTO daily_stats (
      tenant_id, day, starts_at, ends_at, new_candidates, invitations_sent, invitations_opened,
      invitations_submitted, approvals, rejections, jobs_imported, inbox_jobs, matches_created,
      matches_recommended, mails_sent, mails_failed
    )
    SELECT
      :tenant_id, :day, :starts_at, :ends_at,
      (SELECT count(*) FROM candidates
        WHERE created_at >= :starts_at AND created_at < :ends_at),
      (SELECT count(*) FROM audit_log
        WHERE action IN ('invitation.sent', 'invitation.resent')
          AND created_at >= :starts_at AND created_at < :ends_at),
      (SELECT count(*) FROM candidate_invitations
        WHERE opened_at >= :starts_at AND opened_at < :ends_at),
      (SELECT count(*) FROM candidate_invitations
        WHERE submitted_at >= :starts_at AND submitted_at < :ends_at),
      (SELECT count(*) FROM candidate_invitations
        WHERE status = 'approved' AND reviewed_at >= :starts_at AND reviewed_at < :ends_at),
      (SELECT count(*) FROM candidate_invitations
        WHERE status = 'rejected' AND reviewed_at >= :starts_at AND reviewed_at < :ends_at),
      (SELECT coalesce(jsonb_object_agg(source, jobs), '{}'::jsonb) FROM (
        SELECT source, count(*) AS jobs FROM job_postings
        WHERE (imported_by_tenant_id = :tenant_id OR source_tenant_id = :tenant_id)
          AND imported_at >= :starts_at AND imported_at < :ends_at
        GROUP BY source) AS by_source),
      (SELECT count(*) FROM job_postings
        WHERE source_tenant_id = :tenant_id AND import_batch_id IS NULL
          AND imported_at >= :starts_at AND imported_at < :ends_at),
      (SELECT count(*) FROM candidate_job_matches
        WHERE created_at >= :starts_at AND created_at < :ends_at),
      (SELECT count(*) FROM candidate_job_matches
        WHERE is_recommended AND created_at >= :starts_at AND created_at < :ends_at),
      (SELECT count(*) FROM mail_log
        WHERE status = 'sent' AND sent_at >= :starts_at AND sent_at < :ends_at),
      (SELECT count(*) FROM mail_log
        WHERE status IN ('bounced', 'failed')
          AND updated_at >= :starts_at AND updated_at < :ends_at)
    ON CONFLICT (tenant_id, day) DO UPDATE SET
      starts_at = excluded.starts_at,
      ends_at = excluded.ends_at,
      new_candidates = excluded.new_candidates,
      invitations_sent = excluded.invitations_sent,
      invitations_opened = excluded.invitations_opened,
      invitations_submitted = excluded.invitations_submitted,
      approvals = excluded.approvals,
      rejections = excluded.rejections,
      jobs_imported = excluded.jobs_imported,
      inbox_jobs = excluded.inbox_jobs,
      matches_created = excluded.matches_created,
      matches_recommended = excluded.matches_recommended,
      mails_sent = excluded.mails_sent,
      mails_failed = excluded.mails_failed,
      generated_at = now()
    """
)


@dataclass(frozen=True, slots=True)
class LocalDay:
    """A day of a time zone, as an interval of time.

    Attributes:
        day: Its date.
        starts_at: Its first moment.
        ends_at: The first moment after it; 23 to 25 hours later.
    """

    day: date
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, day: date, time_zone: ZoneInfo) -> LocalDay:
        """The day of this date."""
        return cls(day, _midnight(day, time_zone), _midnight(day + timedelta(days=1), time_zone))


async def store_day(session: AsyncSession, tenant_id: int, day: date) -> None:
    """Count and store the figures of a day; a second time replaces them.

    Args:
        session: A session of the tenant.
        tenant_id: Which.
        day: In the tenant's time zone.

    Raises:
        NotFoundError: There is no such tenant.
    """
    time_zone = await session.scalar(select(Tenant.time_zone).where(Tenant.id == tenant_id))
    if time_zone is None:
        raise NotFoundError("tenant", tenant_id)
    interval = LocalDay.of(day, ZoneInfo(time_zone))
    await session.execute(
        _UPSERT,
        {
            "tenant_id": tenant_id,
            "day": day,
            "starts_at": interval.starts_at,
            "ends_at": interval.ends_at,
        },
    )


def _midnight(day: date, time_zone: ZoneInfo) -> datetime:
    # Where clocks skip midnight, the UTC round trip gives the first moment that exists.
    return datetime.combine(day, time.min, time_zone).astimezone(UTC)
