"""The list of postings."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import JobStatus, Visibility
from fastapi import Query, Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.jobs import queries, service
from blacklight_api.jobs.queries import JobFilter
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import portal_router
from blacklight_api.schemas import Line, RowId, SearchText, WorkMode
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/jobs")

Reader = Annotated[TenantWork, tenant_work(Scope.JOBS_READ)]


@router.get("")
async def show_jobs(
    request: Request,
    work: Reader,
    requested: RequestedPage,
    status: Annotated[list[JobStatus], Query()] = [],  # noqa: B006 -- FastAPI copies it
    search: SearchText | None = None,
    company: SearchText | None = None,
    role_id: RowId | None = None,
    source: Line | None = None,
    work_mode: WorkMode | None = None,
    visibility: Visibility | None = None,
    import_batch_id: RowId | None = None,
) -> Response:
    """The list, with its filters."""
    wanted = JobFilter(
        statuses=status,
        search=search,
        company=company,
        role_id=role_id,
        source=source,
        work_mode=work_mode,
        visibility=visibility,
        import_batch_id=import_batch_id,
    )
    found = await service.page(work, wanted, requested)
    return page(
        request,
        "jobs/list.html",
        jobs=found.items,
        next_cursor=found.next_cursor,
        statuses=list(JobStatus),
        sources=await queries.list_sources(work.session),
        role_name=await service.role_name(work, role_id),
        chosen=wanted,
    )
