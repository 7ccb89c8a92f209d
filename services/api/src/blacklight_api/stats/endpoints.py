"""HTTP endpoints of daily figures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from blacklight_api.auth.scopes import Scope
from blacklight_api.pagination import Page, RequestedPage, SortKey
from blacklight_api.problems import NotFound
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import ResponseModel
from blacklight_api.stats import queries
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("/stats", "stats")

Reader = Annotated[TenantWork, tenant_work(Scope.STATS_READ)]


class DailyStatsShown(ResponseModel):
    """What happened in one day of the tenant's time zone."""

    day: date
    starts_at: datetime
    ends_at: datetime = Field(description="Exclusive; 23 to 25 hours after the start.")
    new_candidates: int
    invitations_sent: int
    invitations_opened: int
    invitations_submitted: int
    approvals: int
    rejections: int
    jobs_imported: dict[str, int] = Field(description="Number of postings by source.")
    inbox_jobs: int = Field(description="Postings found in inboxes.")
    matches_created: int
    matches_recommended: int
    mails_sent: int
    mails_failed: int
    generated_at: datetime


class DayKey(SortKey):
    """Sorted by day."""

    day: date


@router.get("")
async def list_daily_stats(
    work: Reader,
    requested: RequestedPage,
    since: Annotated[date | None, Query(description="The first day.")] = None,
    until: Annotated[date | None, Query(description="The last day.")] = None,
) -> Page[DailyStatsShown]:
    """List the figures of the days that are over, the newest first."""
    after = requested.after(DayKey)
    rows = await queries.list_days(
        work.session,
        since=since,
        until=until,
        before=after.day if after else None,
        limit=requested.limit + 1,
    )
    return requested.page(
        rows, item=DailyStatsShown.model_validate, key=lambda row: DayKey(day=row.day)
    )


@router.get("/{day}")
async def get_daily_stats(
    day: Annotated[date, Path(description="In the tenant's time zone.")], work: Reader
) -> DailyStatsShown:
    """Get the figures of one day."""
    found = await queries.find_day(work.session, day)
    if found is None:
        raise NotFound("day")
    return DailyStatsShown.model_validate(found)
