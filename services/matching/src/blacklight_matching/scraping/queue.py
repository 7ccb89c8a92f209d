"""Roles and locations that were scraped and are wanted again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from blacklight_shared.models import ScrapeStatus
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import BigInteger, Integer

from blacklight_matching.matches.eligibility import LIVING_ROLES, MATCHABLE

FRESH_FOR = timedelta(hours=24)
"""What was scraped less long ago is not scraped again."""


@dataclass(frozen=True, slots=True)
class ScrapedTarget:
    """A role and location that was scraped some time ago.

    Attributes:
        target_id: The target.
        role_id: Its role, merges followed.
    """

    target_id: int
    role_id: int


@dataclass(frozen=True, slots=True)
class WantedTarget:
    """A target and how many candidates wait for postings of its role."""

    target_id: int
    waiting: int


async def scraped_targets(
    session: AsyncSession, at: datetime, *, after_target_id: int, limit: int
) -> list[ScrapedTarget]:
    """Completed targets that are no longer fresh, by id; those of rejected roles are left out.

    Args:
        session: Any session of the application; the queue belongs to nobody.
        at: Now.
        after_target_id: Where the page before ended, 0 for the first.
        limit: Targets on a page.
    """
    rows = await session.execute(
        text(
            f"""
            SELECT target.id, living.canonical_id
            FROM scrape_targets AS target JOIN ({LIVING_ROLES}) AS living
              ON living.id = target.role_id
            WHERE target.id > :after AND target.status = '{ScrapeStatus.COMPLETED}'
              AND (target.last_scraped_at IS NULL OR target.last_scraped_at < :fresh_since)
            ORDER BY target.id LIMIT :limit
            """  # noqa: S608 -- constants only
        ),
        {"after": after_target_id, "fresh_since": at - FRESH_FOR, "limit": limit},
    )
    return [ScrapedTarget(*row) for row in rows]


async def waiting_candidates(session: AsyncSession, role_ids: Sequence[int]) -> dict[int, int]:
    """How many candidates of all tenants wait for postings of roles; roles without one are absent.

    Args:
        session: A session of the system role, which may count across tenants.
        role_ids: Roles, merges followed.
    """
    rows = await session.execute(
        text(
            f"""
            SELECT living.canonical_id AS role_id, count(DISTINCT candidates.id) AS waiting
            FROM ({LIVING_ROLES}) AS living
            JOIN candidate_preferred_roles AS preferred ON preferred.role_id = living.id
            JOIN candidates ON candidates.id = preferred.candidate_id
            WHERE living.canonical_id = ANY(:role_ids)
              AND candidates.deleted_at IS NULL AND candidates.status IN ({MATCHABLE})
            GROUP BY living.canonical_id
            """  # noqa: S608 -- constants only
        ),
        {"role_ids": sorted(set(role_ids))},
    )
    return {row.role_id: row.waiting for row in rows}


async def queue_again(session: AsyncSession, targets: Sequence[WantedTarget]) -> int:
    """Put targets back into the queue, those with more waiting candidates further in front.

    Args:
        session: A transaction of the application.
        targets: Completed ones; what was queued again in the meantime stays as it is.

    Returns:
        How many of them wait in the queue now.
    """
    await session.execute(_QUEUE_AGAIN, _columns(targets))
    queued: int = await session.scalar(
        text("SELECT count(*) FROM scrape_targets WHERE id = ANY(:ids) AND status = 'pending'"),
        {"ids": [target.target_id for target in targets]},
    )
    return queued


def _columns(targets: Sequence[WantedTarget]) -> dict[str, list[int]]:
    return {
        "ids": [target.target_id for target in targets],
        "waiting": [target.waiting for target in targets],
    }


_QUEUE_AGAIN = text(
    f"""
    WITH wanted AS (
      SELECT target.id, wanted.waiting
      FROM unnest(:ids, :waiting) AS wanted (id, waiting)
      JOIN scrape_targets AS target USING (id)
      WHERE target.status = '{ScrapeStatus.COMPLETED}'
      ORDER BY target.id FOR UPDATE OF target
    )
    UPDATE scrape_targets
    SET status = '{ScrapeStatus.PENDING}', priority = wanted.waiting, attempts = 0,
        last_error = NULL, updated_at = now()
    FROM wanted WHERE wanted.id = scrape_targets.id
    """  # noqa: S608 -- constants only
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("waiting", type_=ARRAY(Integer)))
