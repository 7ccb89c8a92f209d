"""``send-test-mail``: tries out a tenant's mail settings."""

from __future__ import annotations

import inngest
from blacklight_shared.events import MailServerTest
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_notifications.delivery import Order
from blacklight_notifications.deps import NotificationDeps
from blacklight_notifications.sending import MailReport, send_all


@workflow(id="send-test-mail", trigger=MailServerTest, retries=RETRY_CONFIG.none)
async def send_test_mail(
    ctx: inngest.Context, event: MailServerTest, deps: NotificationDeps
) -> MailReport:
    """Send one mail, in one attempt, so that a wrong setting shows at once."""
    return await send_all(ctx, deps, [Order(event.tenant_id, mail_id=event.mail_id)])
