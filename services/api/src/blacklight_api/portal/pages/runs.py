"""What the workers are doing, for admins."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.gateway import TheGateway
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.formatting import plural
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import portal_router
from blacklight_api.runs import queries, service
from blacklight_api.work import TenantWork, tenant_work

PATH = "/runs"

router = portal_router(PATH)

Admin = Annotated[TenantWork, tenant_work(Scope.SETTINGS_WRITE)]

ROWS = 10
"""Of each list; the places that they belong to show more."""


@router.get("")
async def show_runs(request: Request, work: Admin, gateway: TheGateway) -> Response:
    """What waits, what failed, and the latest of each kind of work."""
    dashboard = gateway.settings.engine_dashboard_url
    return page(
        request,
        "runs.html",
        waiting=await queries.waiting(work.session),
        dead=await queries.dead_events(work.session, limit=ROWS),
        dead_count=await queries.count_dead_events(work.session),
        imports=await queries.latest_imports(work.session, limit=ROWS),
        syncs=await queries.latest_syncs(work.session, limit=ROWS),
        documents=await queries.unread_documents(work.session, limit=ROWS),
        dashboard_url=str(dashboard) if dashboard else None,
    )


@router.post("/events/send-again")
async def send_all_again(request: Request, work: Admin) -> Response:
    """Have all events sent once more that the engine did not take."""
    return _sent(request, await service.send_again(work))


@router.post("/events/{event_id}/send-again")
async def send_one_again(request: Request, event_id: uuid.UUID, work: Admin) -> Response:
    """Have one event sent once more; nothing happens if it is on its way already."""
    return _sent(request, await service.send_again(work, event_id))


def _sent(request: Request, count: int) -> Response:
    words = plural(count, "event is", "events are") if count else "No event had to be sent again;"
    tail = "on the way to the engine again." if count else "the others are on their way or there."
    return see_other(request, PATH, Notice(f"{words} {tail}"))
