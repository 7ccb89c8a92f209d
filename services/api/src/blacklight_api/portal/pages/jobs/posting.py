"""A posting: what it says, where it comes from, and the candidates who fit."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.jobs import service
from blacklight_api.matches import service as matches
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.pages.matching import Wanted
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import portal_router
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/jobs/{job_id}")

Reader = Annotated[TenantWork, tenant_work(Scope.JOBS_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.JOBS_WRITE)]
MatchReader = Annotated[TenantWork, tenant_work(Scope.MATCHES_READ)]


@router.get("")
async def show_job(request: Request, job_id: PathId, work: Reader) -> Response:
    """What the posting says."""
    row = await service.find(work, job_id)
    return page(
        request,
        "jobs/posting.html",
        job=service.detail(work, row),
        salary_text=row.job.salary_text,
        mails=await service.mails_of(work, job_id),
    )


@router.get("/candidates")
async def show_candidates_of_job(
    request: Request, job_id: PathId, work: MatchReader, wanted: Wanted, requested: RequestedPage
) -> Response:
    """The candidates who fit, the best first."""
    found = await matches.page_of_job(work, job_id, wanted.filter, wanted.grades, requested)
    return page(
        request,
        "jobs/candidates.html",
        job=service.detail(work, await service.find(work, job_id)),
        matches=found.items,
        next_cursor=found.next_cursor,
        wanted=wanted,
    )


@router.post("/close")
async def close_job(request: Request, job_id: PathId, work: Writer) -> Response:
    """Close the posting, so that it matches nobody any more."""
    await service.close(work, job_id)
    return see_other(request, f"/jobs/{job_id}", Notice("The posting is closed."))


@router.post("/reopen")
async def reopen_job(request: Request, job_id: PathId, work: Writer) -> Response:
    """Open the posting again."""
    await service.reopen(work, job_id)
    notice = Notice("The posting is open again; its matches follow.")
    return see_other(request, f"/jobs/{job_id}", notice)
