"""``send-daily-stats``: sends the figures of a day to the people who want them."""

from __future__ import annotations

import inngest
from blacklight_shared.events import DailyStatsMail
from blacklight_shared.workflows import RETRY_CONFIG, tenant_step, workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.readers import stats_readers
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_to_users


@workflow(
    id="send-daily-stats",
    trigger=DailyStatsMail,
    retries=RETRY_CONFIG.mail,
    throttle=MAIL_THROTTLE,
)
async def send_daily_stats(
    ctx: inngest.Context, event: DailyStatsMail, deps: NotificationDeps
) -> MailReport:
    """Send one mail to each reader, each by its own step."""
    user_ids = await tenant_step(ctx, "find-readers", deps.database, event.tenant_id, stats_readers)
    return await send_to_users(ctx, deps, event.tenant_id, event, user_ids)
