"""``purge-email-bodies``: every night, erases the text of mails that were kept long enough."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import inngest
import structlog
from blacklight_shared.models import Tenant
from blacklight_shared.workflows import (
    RETRY_CONFIG,
    Cron,
    CronTick,
    NonRetriableError,
    translating_errors,
    workflow,
)
from pydantic import BaseModel
from sqlalchemy import select

from blacklight_email_sync.deps import EmailSyncDeps
from blacklight_email_sync.sync.purging import MAILS_PER_TRANSACTION, purge_mails

EVERY_NIGHT = "30 2 * * *"
TENANTS_PER_STEP = 100

_log = structlog.stdlib.get_logger(__name__)


class PurgeReport(BaseModel):
    """What a night has done.

    Attributes:
        mails: Whose text was erased.
        failed: Tenants for which it failed; the next night tries again.
    """

    mails: int = 0
    failed: int = 0


@workflow(id="purge-email-bodies", trigger=Cron(EVERY_NIGHT), retries=RETRY_CONFIG.scheduled)
async def purge_email_bodies(
    ctx: inngest.Context, tick: CronTick, deps: EmailSyncDeps
) -> PurgeReport:
    """Do it tenant by tenant, many tenants in a step.

    Raises:
        NonRetriableError: It failed for some tenants, after it was tried for all.
    """

    async def find() -> list[int]:
        async with translating_errors("find-tenants"), deps.database.system_session() as session:
            return list(await session.scalars(select(Tenant.id).order_by(Tenant.id)))

    tenant_ids = await ctx.step.run("find-tenants", find)
    total = PurgeReport()
    for number, start in enumerate(range(0, len(tenant_ids), TENANTS_PER_STEP), start=1):
        chunk = tenant_ids[start : start + TENANTS_PER_STEP]
        part = await ctx.step.run(
            f"purge-{number}", partial(_purge, deps, tick, chunk), output_type=PurgeReport
        )
        total = PurgeReport(mails=total.mails + part.mails, failed=total.failed + part.failed)
    if total.failed:
        raise NonRetriableError(f"mails of {total.failed} tenants could not be erased")
    return total


async def _purge(deps: EmailSyncDeps, tick: CronTick, tenant_ids: Sequence[int]) -> PurgeReport:
    report = PurgeReport()
    for tenant_id in tenant_ids:
        try:
            report.mails += await _purge_tenant(deps, tick, tenant_id)
        except Exception:
            # One tenant's trouble must not keep the others' mails; the next night tries again.
            _log.exception("mails not erased", tenant_id=tenant_id)
            report.failed += 1
    return report


async def _purge_tenant(deps: EmailSyncDeps, tick: CronTick, tenant_id: int) -> int:
    total = 0
    while True:
        async with deps.database.tenant_session(tenant_id) as session:
            purged = await purge_mails(session, tick.at)
        total += purged
        if purged < MAILS_PER_TRANSACTION:
            return total
