"""The list of postings."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.jobs import queries, service
from blacklight_api.jobs.endpoints import Wanted
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import portal_router
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/jobs")

Reader = Annotated[TenantWork, tenant_work(Scope.JOBS_READ)]


@router.get("")
async def show_jobs(
    request: Request, work: Reader, wanted: Wanted, requested: RequestedPage
) -> Response:
    """The list, with its filters."""
    found = await service.page(work, wanted, requested)
    return page(
        request,
        "jobs/list.html",
        jobs=found.items,
        next_cursor=found.next_cursor,
        sources=await queries.list_sources(work.session),
        role_name=await service.role_name(work, wanted.role_id),
        chosen=wanted,
    )
