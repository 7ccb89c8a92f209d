"""Doing daily work for many tenants, in steps of many tenants each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import time

import inngest
import structlog
from blacklight_shared.models import DailyJob
from blacklight_shared.workflows import CronTick, NonRetriableError, translating_errors
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_notifications.daily.schedule import DueTenant, begin_day, due_tenants
from blacklight_notifications.deps import NotificationDeps

TENANTS_PER_STEP = 100

_log = structlog.stdlib.get_logger(__name__)

TenantWork = Callable[[AsyncSession, DueTenant], Awaitable[None]]


class DailyReport(BaseModel):
    """What a tick has done.

    Attributes:
        tenants: Whose day was done now.
        failed: Whose day failed; the next tick tries again.
    """

    tenants: int = 0
    failed: int = 0


class _Due(BaseModel):
    tenants: list[DueTenant]


async def do_daily_work(
    ctx: inngest.Context,
    deps: NotificationDeps,
    tick: CronTick,
    *,
    job: DailyJob,
    hour: time,
    work: TenantWork,
) -> DailyReport:
    """Do a tenant's work in one transaction, for every tenant for whom it is due.

    Args:
        ctx: The run.
        deps: What the worker has.
        tick: When the schedule fired.
        job: Which work.
        hour: Local time from which it is due.
        work: Does it, in a session of the tenant.

    Raises:
        NonRetriableError: It failed for some tenants, after it was tried for all.
    """

    async def find() -> _Due:
        async with translating_errors("find-due"), deps.database.system_session() as session:
            return _Due(tenants=await due_tenants(session, job, hour, tick.at))

    due = (await ctx.step.run("find-due", find, output_type=_Due)).tenants
    report = DailyReport()
    for number, start in enumerate(range(0, len(due), TENANTS_PER_STEP), start=1):
        chunk = due[start : start + TENANTS_PER_STEP]

        async def do(chunk: Sequence[DueTenant] = chunk) -> DailyReport:
            return await _do_chunk(deps, job, chunk, work)

        part = await ctx.step.run(f"tenants-{number}", do, output_type=DailyReport)
        report = DailyReport(
            tenants=report.tenants + part.tenants, failed=report.failed + part.failed
        )
    if report.failed:
        raise NonRetriableError(f"{job} failed for {report.failed} tenants")
    return report


async def _do_chunk(
    deps: NotificationDeps, job: DailyJob, chunk: Sequence[DueTenant], work: TenantWork
) -> DailyReport:
    done = failed = 0
    for due in chunk:
        try:
            async with deps.database.tenant_session(due.tenant_id) as session:
                if await begin_day(session, job, due):
                    await work(session, due)
                    done += 1
        except Exception:
            # One tenant's trouble must not keep the others waiting; the next tick tries again.
            _log.exception("daily work failed", job=job, tenant_id=due.tenant_id)
            failed += 1
    return DailyReport(tenants=done, failed=failed)
