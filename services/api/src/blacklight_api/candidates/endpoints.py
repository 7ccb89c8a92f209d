"""HTTP endpoints of candidates."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import CandidateStatus
from fastapi import Query

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import service
from blacklight_api.candidates.queries import CandidateFilter, CandidateSort
from blacklight_api.candidates.schemas import (
    CandidateCreate,
    CandidateDetail,
    CandidatePatch,
    CandidateSummary,
)
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import Email, PathId, RowId, SearchText
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("/candidates", "candidates")

Reader = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_WRITE)]


@router.post("", status_code=201, responses=problem_responses(409))
async def create_candidate(wanted: CandidateCreate, work: Writer) -> CandidateDetail:
    """Create a candidate; one that begins as approved is matched at once."""
    return await service.create(work, wanted)


@router.get("")
async def list_candidates(
    work: Reader,
    requested: RequestedPage,
    status: Annotated[
        list[CandidateStatus], Query(description="Any of these; repeat the parameter.")
    ] = [],  # noqa: B006 -- FastAPI copies it
    search: Annotated[
        SearchText | None,
        Query(description="Beginnings of words in name, address and headline."),
    ] = None,
    email: Annotated[Email | None, Query(description="Exactly this address.")] = None,
    role_id: Annotated[RowId | None, Query(description="Those who want this role.")] = None,
    sort: Annotated[CandidateSort, Query()] = CandidateSort.NEWEST,
) -> Page[CandidateSummary]:
    """List candidates, the newest first or by name."""
    wanted = CandidateFilter(
        statuses=status, search=search, email=email, role_id=role_id, sort=sort
    )
    return await service.page(work, wanted, requested)


@router.get("/{candidate_id}")
async def get_candidate(candidate_id: PathId, work: Reader) -> CandidateDetail:
    """Get one candidate."""
    return await service.detail(work, await service.find(work, candidate_id))


@router.patch("/{candidate_id}", responses=problem_responses(409))
async def change_candidate(
    candidate_id: PathId, patch: CandidatePatch, work: Writer
) -> CandidateDetail:
    """Change a candidate: what is left out stays, null clears.

    What a person has set is kept when a CV is read. A change that matters for matching has the
    candidate matched again; a change to approved begins it.
    """
    return await service.change(work, candidate_id, patch)


@router.delete("/{candidate_id}", status_code=204)
async def delete_candidate(candidate_id: PathId, work: Writer) -> None:
    """Delete a candidate and stop all work on them."""
    await service.delete(work, candidate_id)
