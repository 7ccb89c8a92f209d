"""Postings whose time is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from blacklight_shared.models import JobStatus
from blacklight_shared.models.jobs import AGES_FROM
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

MAX_AGE = timedelta(days=30)
"""Since a posting was published or imported, whichever is earlier, or since it was reopened."""


async def due_postings(
    session: AsyncSession, at: datetime, *, after_job_id: int, limit: int
) -> list[int]:
    """Find active postings that are too old, or past their own end, by id.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        at: Now.
        after_job_id: Where the page before ended, 0 for the first.
        limit: Postings on a page.
    """
    ids = await session.scalars(_DUE, {**_times(at), "after": after_job_id, "limit": limit})
    return list(ids)


async def expire(session: AsyncSession, job_ids: Sequence[int], at: datetime) -> int:
    """Expire those of some postings that are due.

    Args:
        session: A transaction that sees the postings.
        job_ids: The postings.
        at: Now, as it was when they were found.

    Returns:
        How many of them have expired, also by an earlier call.
    """
    await session.execute(_EXPIRE, {**_times(at), "job_ids": list(job_ids)})
    expired: int = await session.scalar(_COUNT_EXPIRED, {"job_ids": list(job_ids)})
    return expired


def _times(at: datetime) -> dict[str, object]:
    return {"now": at, "oldest_day": (at - MAX_AGE).astimezone(UTC).date()}


# A person who opens a posting again means it, also when its own end has passed already.
_IS_DUE = f"""
    status = '{JobStatus.ACTIVE}'
    AND ({AGES_FROM} <= :oldest_day
         OR (expires_at <= :now AND (reopened_at IS NULL OR reopened_at < expires_at)))
"""

_DUE = text(
    f"SELECT id FROM job_postings WHERE id > :after AND {_IS_DUE} ORDER BY id LIMIT :limit"  # noqa: S608 -- constants only
)

# Locked by rising id, so that others who change the same postings wait.
_EXPIRE = text(
    f"""
    WITH due AS (
      SELECT id FROM job_postings WHERE id = ANY(:job_ids) AND {_IS_DUE} ORDER BY id FOR UPDATE
    )
    UPDATE job_postings SET status = '{JobStatus.EXPIRED}', updated_at = now()
    FROM due WHERE due.id = job_postings.id
    """  # noqa: S608 -- constants only
)

_COUNT_EXPIRED = text(
    f"SELECT count(*) FROM job_postings WHERE id = ANY(:job_ids) AND status = '{JobStatus.EXPIRED}'"  # noqa: S608 -- constants only
)
