"""A candidate's timeline: what was done, and by whom."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import history, service
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import portal_router
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/candidates")

Reader = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_READ)]


@router.get("/{candidate_id}/timeline")
async def show_timeline(
    request: Request, candidate_id: PathId, work: Reader, requested: RequestedPage
) -> Response:
    """What has happened, the latest first."""
    row = await service.find(work, candidate_id)
    found = await history.page(work, row, requested)
    return page(
        request,
        "candidates/timeline.html",
        candidate=await service.detail(work, row),
        happenings=found.items,
        next_cursor=found.next_cursor,
    )
