"""``send-invitation-email``: invites a candidate by mail."""

from __future__ import annotations

import inngest
from blacklight_shared.events import InvitationMail
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_mail


@workflow(
    id="send-invitation-email",
    trigger=InvitationMail,
    retries=RETRY_CONFIG.mail,
    throttle=MAIL_THROTTLE,
)
async def send_invitation_email(
    ctx: inngest.Context, event: InvitationMail, deps: NotificationDeps
) -> MailReport:
    """Send the link by which the candidate onboards."""
    return await send_mail(ctx, deps, event.tenant_id, event)
