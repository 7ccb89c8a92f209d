"""The dashboard: today, the last thirty days, and what waits for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from babel.dates import format_date
from blacklight_shared.models import DailyStats
from fastapi import Depends, Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.auth.sessions import Viewer
from blacklight_api.dashboard import queries
from blacklight_api.portal.charts import Chart, column_chart, shares
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import portal_router, viewer_of
from blacklight_api.stats.queries import list_days
from blacklight_api.tenants.service import matching_settings
from blacklight_api.work import TenantWork, tenant_work

router = portal_router()

Reader = Annotated[TenantWork, tenant_work(Scope.STATS_READ)]
DAYS = 30


@router.get("/")
async def show_dashboard(
    request: Request, work: Reader, viewer: Annotated[Viewer, Depends(viewer_of)]
) -> Response:
    """What happened lately and what waits."""
    today = datetime.now(ZoneInfo(viewer.time_zone)).date()
    midnight = datetime.combine(today, time.min, ZoneInfo(viewer.time_zone)).astimezone(UTC)
    month_ago = midnight - timedelta(days=DAYS)
    days = await list_days(
        work.session,
        since=today - timedelta(days=DAYS),
        until=None,
        before=None,
        limit=DAYS,
    )
    config = (await matching_settings(work)).config
    return page(
        request,
        "dashboard.html",
        today=await queries.lately(work.session, work.tenant_id, midnight),
        waiting=await queries.waiting(work.session, mails_since=month_ago),
        candidates=_by_day(days, today, lambda day: day.new_candidates),
        recommended=_by_day(days, today, lambda day: day.matches_recommended),
        funnel=shares(_funnel(days)),
        sources=shares(_sources(days)),
        grades=shares(await queries.matches_by_grade(work.session, config)),
        inbox=shares(await queries.inbox_results(work.session, month_ago)),
    )


def _by_day(days: Sequence[DailyStats], today: date, value: Callable[[DailyStats], int]) -> Chart:
    """A column for each of the last days, also for those without figures."""
    found = {day.day: value(day) for day in days}
    shown = [today - timedelta(days=ago) for ago in range(DAYS, 0, -1)]
    return column_chart(
        [(format_date(day, "d MMM", locale="en"), found.get(day, 0)) for day in shown]
    )


def _funnel(days: Sequence[DailyStats]) -> dict[str, int]:
    return {
        "Invited": sum(day.invitations_sent for day in days),
        "Opened": sum(day.invitations_opened for day in days),
        "Submitted": sum(day.invitations_submitted for day in days),
        "Approved": sum(day.approvals for day in days),
    }


def _sources(days: Sequence[DailyStats]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for day in days:
        total.update(day.jobs_imported)
    return dict(total.most_common(6))
