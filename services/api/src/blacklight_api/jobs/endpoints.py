"""HTTP endpoints of job postings."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from blacklight_shared.models import JobStatus, Visibility
from fastapi import Depends, Query

from blacklight_api.auth.scopes import Scope
from blacklight_api.jobs import service
from blacklight_api.jobs.queries import JobFilter
from blacklight_api.jobs.schemas import JobDetail, JobPatch, JobSummary
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import Line, PathId, RowId, SearchText, WorkMode
from blacklight_api.work import Work, shared_work

router = gateway_router("/jobs", "job postings")

Reader = Annotated[Work, shared_work(Scope.JOBS_READ)]
Writer = Annotated[Work, shared_work(Scope.JOBS_WRITE)]


def job_filter(
    status: Annotated[
        list[JobStatus], Query(description="Any of these; repeat the parameter.")
    ] = [],  # noqa: B006 -- FastAPI copies it
    search: Annotated[
        SearchText | None, Query(description="Beginnings of words in title and company.")
    ] = None,
    company: Annotated[
        SearchText | None, Query(description="Beginnings of words in the company's name.")
    ] = None,
    role_id: Annotated[RowId | None, Query()] = None,
    source: Annotated[Line | None, Query(examples=["monster"])] = None,
    work_mode: Annotated[WorkMode | None, Query()] = None,
    visibility: Annotated[Visibility | None, Query()] = None,
    import_batch_id: Annotated[RowId | None, Query()] = None,
    posted_since: Annotated[date | None, Query()] = None,
) -> JobFilter:
    """Dependency: the postings that the query string asks for."""
    return JobFilter(
        statuses=status,
        search=search,
        company=company,
        role_id=role_id,
        source=source,
        work_mode=work_mode,
        visibility=visibility,
        import_batch_id=import_batch_id,
        posted_since=posted_since,
    )


Wanted = Annotated[JobFilter, Depends(job_filter)]


@router.get("")
async def list_jobs(work: Reader, wanted: Wanted, requested: RequestedPage) -> Page[JobSummary]:
    """List postings, the newest first: the global ones, and those that the tenant found itself."""
    return await service.page(work, wanted, requested)


@router.get("/{job_id}")
async def get_job(job_id: PathId, work: Reader) -> JobDetail:
    """Get one posting."""
    return service.detail(work, await service.find(work, job_id))


@router.patch("/{job_id}")
async def change_job(job_id: PathId, patch: JobPatch, work: Writer) -> JobDetail:
    """Change a posting: what is left out stays, null clears; it is then scored again.

    A global posting is changed by the platform or by the tenant that imported it.
    """
    return service.detail(work, await service.change(work, job_id, patch))


@router.post("/{job_id}/close", responses=problem_responses(409))
async def close_job(job_id: PathId, work: Writer) -> JobDetail:
    """Close a posting, so that it matches nobody any more."""
    return service.detail(work, await service.close(work, job_id))


@router.post("/{job_id}/reopen")
async def reopen_job(job_id: PathId, work: Writer) -> JobDetail:
    """Open a posting that was closed or has expired."""
    return service.detail(work, await service.reopen(work, job_id))
