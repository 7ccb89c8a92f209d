from __future__ import annotations

from datetime import date

from services.api.tests.conftest import Tenant
from services.api.tests.notification_factories import add_daily_stats

STATS = "/api/v1/stats"


async def test_days_are_listed_newest_first_page_by_page(tenant: Tenant) -> None:
    await add_days(tenant, 4)
    first = await tenant.get(STATS, limit=2)
    second = await tenant.get(STATS, limit=2, cursor=first["next_cursor"])
    assert [row["day"] for row in first["items"] + second["items"]] == [
        "2026-03-04",
        "2026-03-03",
        "2026-03-02",
        "2026-03-01",
    ]
    assert second["next_cursor"] is None


async def test_a_span_of_days(tenant: Tenant) -> None:
    await add_days(tenant, 4)
    found = await tenant.get(STATS, since="2026-03-02", until="2026-03-03")
    assert [row["day"] for row in found["items"]] == ["2026-03-03", "2026-03-02"]


async def test_one_day(tenant: Tenant, other_tenant: Tenant) -> None:
    await add_days(tenant, 1)
    shown = await tenant.get(f"{STATS}/2026-03-01")
    assert shown["jobs_imported"] == {"careers-site": 3}
    assert (await other_tenant.http.get(f"{STATS}/2026-03-01")).status_code == 404
    assert (await tenant.http.get(f"{STATS}/yesterday")).status_code == 422


async def add_days(tenant: Tenant, count: int) -> None:
    async with tenant.database.tenant_session(tenant.tenant_id) as session:
        for day in range(1, count + 1):
            await add_daily_stats(
                session,
                tenant.tenant_id,
                date(2026, 3, day),
                jobs_imported={"careers-site": 3},
            )
