"""The list of candidates."""

from __future__ import annotations

from typing import Annotated

from blacklight_shared.models import CandidateStatus
from fastapi import Query, Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import queries, service
from blacklight_api.candidates.queries import CandidateFilter, CandidateSort
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.rendering import page
from blacklight_api.portal.routing import portal_router
from blacklight_api.schemas import RowId, SearchText
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/candidates")

Reader = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_READ)]


@router.get("")
async def show_candidates(
    request: Request,
    work: Reader,
    requested: RequestedPage,
    status: Annotated[list[CandidateStatus], Query()] = [],  # noqa: B006 -- FastAPI copies it
    search: SearchText | None = None,
    role_id: RowId | None = None,
    sort: CandidateSort = CandidateSort.NEWEST,
) -> Response:
    """The list, with its filters."""
    wanted = CandidateFilter(statuses=status, search=search, role_id=role_id, sort=sort)
    found = await service.page(work, wanted, requested)
    return page(
        request,
        "candidates/list.html",
        candidates=found.items,
        next_cursor=found.next_cursor,
        roles=await queries.wanted_roles(work.session),
        sorts=list(CandidateSort),
        chosen=wanted,
    )
