"""``handle-email-integration-error``: counts failures, and switches off what cannot be read."""

from __future__ import annotations

from functools import partial

import inngest
from blacklight_shared.events import IntegrationError
from blacklight_shared.workflows import RETRY_CONFIG, with_tenant_context, workflow

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.sync.errors import ErrorReport, apply_error


@workflow(
    id="handle-email-integration-error",
    trigger=IntegrationError,
    retries=RETRY_CONFIG.scheduled,
)
async def handle_email_integration_error(
    ctx: inngest.Context, event: IntegrationError, deps: EmailSyncDeps
) -> ErrorReport:
    """Switch the inbox off for a lasting error at once, for others after three in a row."""
    event_id = str(ctx.event.id)
    work = partial(
        with_tenant_context, deps.database, event.tenant_id, apply_error, event, event_id
    )
    return await ctx.step.run("apply-error", work, output_type=ErrorReport)
