"""``send-hr-notification``: tells each of the tenant's HR people that a candidate has submitted."""

from __future__ import annotations

import inngest
from blacklight_shared.events import HrNotificationMail
from blacklight_shared.workflows import RETRY_CONFIG, tenant_step, workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.readers import hr_readers
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_to_users


@workflow(
    id="send-hr-notification",
    trigger=HrNotificationMail,
    retries=RETRY_CONFIG.mail,
    throttle=MAIL_THROTTLE,
)
async def send_hr_notification(
    ctx: inngest.Context, event: HrNotificationMail, deps: NotificationDeps
) -> MailReport:
    """Send one mail to each reader, each by its own step."""
    user_ids = await tenant_step(ctx, "find-readers", deps.database, event.tenant_id, hr_readers)
    return await send_to_users(ctx, deps, event.tenant_id, event, user_ids)
