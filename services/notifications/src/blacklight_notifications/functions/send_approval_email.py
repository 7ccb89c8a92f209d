"""``send-approval-email``: tells a candidate that they were approved."""

from __future__ import annotations

import inngest
from blacklight_shared.events import ApprovalMail
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_mail


@workflow(
    id="send-approval-email",
    trigger=ApprovalMail,
    retries=RETRY_CONFIG.mail,
    throttle=MAIL_THROTTLE,
)
async def send_approval_email(
    ctx: inngest.Context, event: ApprovalMail, deps: NotificationDeps
) -> MailReport:
    """Send the good news."""
    return await send_mail(ctx, deps, event.tenant_id, event)
