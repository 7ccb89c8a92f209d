"""``check-expiring-invitations``: at 9:00 of each tenant, reminds and marks."""

from __future__ import annotations

from datetime import time

import inngest
from blacklight_shared.models import DailyJob
from blacklight_shared.workflows import RETRY_CONFIG, Cron, CronTick, workflow
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.daily.expiring import check_invitations
from blacklight_notifications.daily.schedule import EVERY_QUARTER, DueTenant
from blacklight_notifications.daily.work import DailyReport, do_daily_work
from blacklight_notifications.deps import NotificationDeps

LOCAL_HOUR = time(9)


@workflow(
    id="check-expiring-invitations",
    trigger=Cron(EVERY_QUARTER),
    retries=RETRY_CONFIG.scheduled,
)
async def check_expiring_invitations(
    ctx: inngest.Context, tick: CronTick, deps: NotificationDeps
) -> DailyReport:
    """Do it for the tenants whose clock has reached nine and who have not had it today."""

    async def work(session: AsyncSession, due: DueTenant) -> None:
        onboarding_url = f"{deps.settings.public_url}/onboarding"
        await check_invitations(session, due.tenant_id, tick.at, onboarding_url)

    return await do_daily_work(
        ctx,
        deps,
        tick,
        job=DailyJob.CHECK_EXPIRING_INVITATIONS,
        hour=LOCAL_HOUR,
        work=work,
    )
