"""A candidate's matches: the postings that fit, and having them made again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from blacklight_shared.models import MATCHABLE_STATUSES
from fastapi import Query, Request
from fastapi.responses import Response
from sse_starlette import EventSourceResponse

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import service as candidates
from blacklight_api.gateway import TheGateway
from blacklight_api.matches import service
from blacklight_api.pagination import RequestedPage
from blacklight_api.portal.live import LiveProgress, follow
from blacklight_api.portal.pages.matching import Wanted
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import portal_router
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/candidates/{candidate_id}/matches")

Reader = Annotated[TenantWork, tenant_work(Scope.MATCHES_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.MATCHES_WRITE)]

NEVER = "never"
Since = Annotated[str, Query(max_length=40)]
"""When the candidate had been matched at the time new matches were asked for."""


@router.get("")
async def show_matches(
    request: Request,
    candidate_id: PathId,
    work: Reader,
    wanted: Wanted,
    requested: RequestedPage,
    since: Since | None = None,
) -> Response:
    """The postings that fit, the best first."""
    candidate = await candidates.detail(work, await candidates.find(work, candidate_id))
    found = await service.page_of_candidate(
        work, candidate_id, wanted.filter, wanted.grades, requested
    )
    return page(
        request,
        "candidates/matches.html",
        candidate=candidate,
        matches=found.items,
        next_cursor=found.next_cursor,
        wanted=wanted,
        is_matchable=candidate.status in MATCHABLE_STATUSES,
        waits_since=since if since == _mark(candidate.matched_at) else None,
    )


@router.post("/regenerate")
async def regenerate_matches(request: Request, candidate_id: PathId, work: Writer) -> Response:
    """Have the matches made again, and follow it on the page."""
    candidate = await candidates.find(work, candidate_id)
    await service.regenerate(work, candidate_id)
    query = urlencode({"since": _mark(candidate.matched_at)})
    return see_other(request, f"/candidates/{candidate_id}/matches?{query}")


@router.get("/progress")
async def follow_matching(
    candidate_id: PathId, work: Reader, gateway: TheGateway, since: Since
) -> EventSourceResponse:
    """Follow until the candidate has been matched again."""

    async def look(work: TenantWork) -> LiveProgress:
        candidate = await candidates.find(work, candidate_id)
        if _mark(candidate.matched_at) == since:
            return LiveProgress(message="Comparing with all open postings…")
        return LiveProgress(message="The matches are up to date.", percent=100, done=True)

    return await follow(gateway, work, look)


def _mark(matched_at: datetime | None) -> str:
    return NEVER if matched_at is None else matched_at.isoformat()
