"""``generate-daily-stats``: at 8:00 of each tenant, counts the day before and has it mailed."""

from __future__ import annotations

from datetime import time, timedelta

import inngest
from blacklight_shared.events import DailyStatsMail
from blacklight_shared.models import DailyJob
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from blacklight_shared.workflows import RETRY_CONFIG, Cron, CronTick, workflow
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.daily.figures import store_day
from blacklight_notifications.daily.schedule import EVERY_QUARTER, DueTenant
from blacklight_notifications.daily.work import DailyReport, do_daily_work
from blacklight_notifications.deps import NotificationDeps

LOCAL_HOUR = time(8)


@workflow(id="generate-daily-stats", trigger=Cron(EVERY_QUARTER), retries=RETRY_CONFIG.scheduled)
async def generate_daily_stats(
    ctx: inngest.Context, tick: CronTick, deps: NotificationDeps
) -> DailyReport:
    """Do it for the tenants whose clock has reached eight and who have not had it today."""
    return await do_daily_work(
        ctx,
        deps,
        tick,
        job=DailyJob.GENERATE_DAILY_STATS,
        hour=LOCAL_HOUR,
        work=count_yesterday,
    )


async def count_yesterday(session: AsyncSession, due: DueTenant) -> None:
    """Store the figures of the tenant's day before, and ask for the mails about them."""
    yesterday = due.day - timedelta(days=1)
    await store_day(session, due.tenant_id, yesterday)
    await add_events(
        session,
        [DailyStatsMail(tenant_id=due.tenant_id, day=yesterday)],
        tenant_id=due.tenant_id,
        trace_context=current_trace(),
    )
