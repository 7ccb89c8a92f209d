"""``send-rejection-email``: tells a candidate that they were not approved."""

from __future__ import annotations

import inngest
from blacklight_shared.events import RejectionMail
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_mail


@workflow(
    id="send-rejection-email",
    trigger=RejectionMail,
    retries=RETRY_CONFIG.mail,
    throttle=MAIL_THROTTLE,
)
async def send_rejection_email(
    ctx: inngest.Context, event: RejectionMail, deps: NotificationDeps
) -> MailReport:
    """Send the decision, with its reason if there is one."""
    return await send_mail(ctx, deps, event.tenant_id, event)
