"""``send-integration-alert``: tells a person that their inbox can no longer be read."""

from __future__ import annotations

import inngest
from blacklight_shared.events import IntegrationDisconnectedMail
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.sending import MAIL_THROTTLE, MailReport, send_to_users


@workflow(
    id="send-integration-alert",
    trigger=IntegrationDisconnectedMail,
    retries=RETRY_CONFIG.mail,
    throttle=MAIL_THROTTLE,
)
async def send_integration_alert(
    ctx: inngest.Context, event: IntegrationDisconnectedMail, deps: NotificationDeps
) -> MailReport:
    """Send one mail a day at most for each integration."""
    return await send_to_users(ctx, deps, event.tenant_id, event, [event.user_id])
