"""HTTP endpoints of matches."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.matching import Grade
from blacklight_shared.models import MatchStatus
from fastapi import Depends, Query

from blacklight_api.auth.scopes import Scope
from blacklight_api.matches import service
from blacklight_api.matches.queries import MatchFilter
from blacklight_api.matches.schemas import MatchingQueued, MatchPatch, MatchShown
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("", "matches")

Reader = Annotated[TenantWork, tenant_work(Scope.MATCHES_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.MATCHES_WRITE)]


def match_filter(
    min_score: Annotated[float | None, Query(ge=0, le=100)] = None,
    status: Annotated[
        list[MatchStatus], Query(description="Any of these; repeat the parameter.")
    ] = [],  # noqa: B006 -- FastAPI copies it
    recommended: Annotated[bool | None, Query()] = None,
) -> MatchFilter:
    """Dependency: the matches that the query string asks for."""
    return MatchFilter(min_score=min_score, statuses=status, is_recommended=recommended)


Wanted = Annotated[MatchFilter, Depends(match_filter)]
Grades = Annotated[list[Grade], Query(description="Any of these; repeat the parameter.")]


@router.get("/candidates/{candidate_id}/matches")
async def list_candidate_matches(
    candidate_id: PathId,
    work: Reader,
    wanted: Wanted,
    requested: RequestedPage,
    grade: Grades = [],  # noqa: B006 -- FastAPI copies it
) -> Page[MatchShown]:
    """List the postings that fit a candidate, the best first, each with its reasons."""
    return await service.page_of_candidate(work, candidate_id, wanted, grade, requested)


@router.post(
    "/candidates/{candidate_id}/matches/regenerate",
    status_code=202,
    responses=problem_responses(409),
)
async def regenerate_candidate_matches(candidate_id: PathId, work: Writer) -> MatchingQueued:
    """Have a candidate matched to all open postings; what people decided is kept."""
    return MatchingQueued(event_id=await service.regenerate(work, candidate_id))


@router.post(
    "/candidates/{candidate_id}/matches/refresh",
    status_code=202,
    responses=problem_responses(409),
)
async def refresh_candidate_matches(candidate_id: PathId, work: Writer) -> MatchingQueued:
    """Have a candidate's existing matches brought up to date."""
    return MatchingQueued(event_id=await service.refresh(work, candidate_id))


@router.get("/jobs/{job_id}/matches")
async def list_job_matches(
    job_id: PathId,
    work: Reader,
    wanted: Wanted,
    requested: RequestedPage,
    grade: Grades = [],  # noqa: B006 -- FastAPI copies it
) -> Page[MatchShown]:
    """List the tenant's candidates who fit a posting, the best first, each with their reasons."""
    return await service.page_of_job(work, job_id, wanted, grade, requested)


@router.get("/matches/{match_id}")
async def get_match(match_id: PathId, work: Reader) -> MatchShown:
    """Get one match."""
    return await service.get(work, match_id)


@router.patch("/matches/{match_id}", responses=problem_responses(409))
async def change_match(match_id: PathId, patch: MatchPatch, work: Writer) -> MatchShown:
    """Note what a person makes of a match; it survives when matches are made again."""
    return await service.change(work, match_id, patch)
