"""``resend-mail``: sends a mail of the log once more, because a person wants it."""

from __future__ import annotations

import inngest
from blacklight_shared.events import MailResend
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_notifications.delivery import Order
from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_all


@workflow(id="resend-mail", trigger=MailResend, retries=RETRY_CONFIG.mail, throttle=MAIL_THROTTLE)
async def resend_mail(
    ctx: inngest.Context, event: MailResend, deps: NotificationDeps
) -> MailReport:
    """Send the mail of one entry, to its one recipient."""
    return await send_all(ctx, deps, [Order(event.tenant_id, mail_id=event.mail_id)])
