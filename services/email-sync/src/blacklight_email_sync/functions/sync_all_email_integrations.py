"""``sync-all-email-integrations``: every quarter of an hour, asks for the syncs that are due."""

from __future__ import annotations

import random
from datetime import timedelta

import inngest
from blacklight_shared.events import SyncUserInbox
from blacklight_shared.workflows import (
    RETRY_CONFIG,
    Cron,
    CronTick,
    fan_out,
    translating_errors,
    workflow,
)
from pydantic import BaseModel

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.sync.runs import DueInbox, due_inboxes

EVERY_QUARTER = "*/15 * * * *"


class SyncRound(BaseModel):
    """Result of a run: how many syncs it has asked for."""

    queued: int


class _Due(BaseModel):
    inboxes: list[DueInbox]


@workflow(
    id="sync-all-email-integrations",
    trigger=Cron(EVERY_QUARTER),
    retries=RETRY_CONFIG.scheduled,
)
async def sync_all_email_integrations(
    ctx: inngest.Context, tick: CronTick, deps: EmailSyncDeps
) -> SyncRound:
    """Ask for one sync of each inbox that is active and due by its own frequency."""

    async def choose_delay() -> float:
        return random.uniform(0, deps.settings.sync_jitter.total_seconds())  # noqa: S311 -- no secret

    async def find() -> _Due:
        async with translating_errors("find-due"), deps.database.system_session() as session:
            return _Due(inboxes=await due_inboxes(session, tick.at))

    delay_seconds = await ctx.step.run("choose-delay", choose_delay)
    if delay_seconds > 0:
        await ctx.step.sleep("jitter", timedelta(seconds=delay_seconds))
    due = await ctx.step.run("find-due", find, output_type=_Due)
    queued = await fan_out(
        ctx,
        "queue-syncs",
        [
            SyncUserInbox(
                integration_id=inbox.integration_id,
                user_id=inbox.user_id,
                tenant_id=inbox.tenant_id,
                provider=inbox.provider,
            )
            for inbox in due.inboxes
        ],
    )
    return SyncRound(queued=queued)
