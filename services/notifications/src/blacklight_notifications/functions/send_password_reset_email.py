"""``send-password-reset-email``: sends a person the link by which they choose a password."""

from __future__ import annotations

import inngest
from blacklight_shared.events import PasswordResetMail
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_to_users


@workflow(
    id="send-password-reset-email",
    trigger=PasswordResetMail,
    retries=RETRY_CONFIG.mail,
    throttle=MAIL_THROTTLE,
)
async def send_password_reset_email(
    ctx: inngest.Context, event: PasswordResetMail, deps: NotificationDeps
) -> MailReport:
    """Send the link, which is good once and not for long."""
    return await send_to_users(ctx, deps, event.tenant_id, event, [event.user_id])
