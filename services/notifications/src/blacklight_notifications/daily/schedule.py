"""Which tenants' daily work is due.

A schedule of the engine fires in one time zone; tenants live in many. So the engine fires every
quarter of an hour, which meets every offset from UTC that is in use, and the work of a tenant is
due when its clock has reached the hour and its day is not marked as done. The mark is written in
the transaction of the work: a day is done once, also where a clock is put back, and a tick that
was missed is caught up by the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from blacklight_shared.models import DailyJob, Tenant, TenantDailyRun, TenantStatus
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

EVERY_QUARTER = "*/15 * * * *"


@dataclass(frozen=True, slots=True)
class DueTenant:
    """A tenant whose day has work to be done.

    Attributes:
        tenant_id: Which.
        day: Today, by the tenant's clock.
    """

    tenant_id: int
    day: date


async def due_tenants(
    session: AsyncSession, job: DailyJob, hour: time, now: datetime
) -> list[DueTenant]:
    """The active tenants whose clock has reached ``hour`` and whose day is not done.

    Args:
        session: A session of the system role.
        job: Which work.
        hour: Local time from which it is due.
        now: Aware.
    """
    tenants = await session.execute(
        select(Tenant.id, Tenant.time_zone)
        .where(Tenant.status == TenantStatus.ACTIVE)
        .order_by(Tenant.id)
    )
    local = {row.id: now.astimezone(ZoneInfo(row.time_zone)) for row in tenants}
    reached = {tenant_id: at.date() for tenant_id, at in local.items() if at.time() >= hour}
    done = await session.execute(
        select(TenantDailyRun.tenant_id, TenantDailyRun.day).where(
            TenantDailyRun.job == job, TenantDailyRun.day.in_(set(reached.values()))
        )
    )
    finished = {(row.tenant_id, row.day) for row in done}
    return [DueTenant(*item) for item in reached.items() if item not in finished]


async def begin_day(session: AsyncSession, job: DailyJob, due: DueTenant) -> bool:
    """Mark a tenant's day as done, in the transaction of the work; False if it was already."""
    marked = await session.scalar(
        insert(TenantDailyRun)
        .values(tenant_id=due.tenant_id, job=job, day=due.day)
        .on_conflict_do_nothing()
        .returning(TenantDailyRun.tenant_id)
    )
    return marked is not None
