"""What the workers are doing, for admins."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import BatchStatus, SyncRunStatus
from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import portal_router
from blacklight_api.runs import queries
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/runs")

Admin = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]

ROWS = 10
"""Of each list; the places that they belong to show more."""

KINDS: dict[str, str] = {
    BatchStatus.RECEIVING: "accent",
    BatchStatus.MATCHING: "accent",
    BatchStatus.COMPLETED: "good",
    BatchStatus.FAILED: "bad",
    SyncRunStatus.RUNNING: "accent",
}
"""The kind of the badge of a status."""


@router.get("")
async def show_runs(request: Request, work: Admin, gateway: TheGateway) -> Response:
    """What waits, what failed, and the latest of each kind of work."""
    dashboard = gateway.settings.engine_dashboard_url
    return page(
        request,
        "runs.html",
        waiting=await queries.waiting(work.session),
        dead=await queries.dead_events(work.session, limit=ROWS),
        imports=await queries.latest_imports(work.session, limit=ROWS),
        syncs=await queries.latest_syncs(work.session, limit=ROWS),
        documents=await queries.unread_documents(work.session, limit=ROWS),
        kinds=KINDS,
        dashboard_url=str(dashboard) if dashboard else None,
    )
