"""``send-invitation-reminder``: reminds a candidate of an invitation that expires soon."""

from __future__ import annotations

import inngest
from blacklight_shared.events import InvitationReminderMail
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_mail


@workflow(
    id="send-invitation-reminder",
    trigger=InvitationReminderMail,
    retries=RETRY_CONFIG.mail,
    throttle=MAIL_THROTTLE,
)
async def send_invitation_reminder(
    ctx: inngest.Context, event: InvitationReminderMail, deps: NotificationDeps
) -> MailReport:
    """Send the link once more, with the time that is left."""
    return await send_mail(ctx, deps, event.tenant_id, event)
