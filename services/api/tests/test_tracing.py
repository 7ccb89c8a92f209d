from __future__ import annotations

from blacklight_shared.database import Database
from blacklight_shared.models import OutboxEvent
from sqlalchemy import select

from services.api.tests.conftest import Tenant

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_events_belong_to_the_trace_of_the_caller(tenant: Tenant, database: Database) -> None:
    await tenant.http.post(
        "/api/v1/candidates",
        json={"first_name": "Ada", "status": "approved"},
        headers={"traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"},
    )
    async with database.tenant_session(tenant.tenant_id) as session:
        [context] = (await session.scalars(select(OutboxEvent.trace_context))).all()
    assert context["traceparent"].split("-")[1] == TRACE_ID
