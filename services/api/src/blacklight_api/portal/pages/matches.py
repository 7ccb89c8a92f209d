"""One match: why it is one, with the evidence in the posting, and what a person makes of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import service as candidates
from blacklight_api.jobs import service as jobs
from blacklight_api.matches import service
from blacklight_api.matches.highlighting import highlighted
from blacklight_api.matches.schemas import MatchPatch
from blacklight_api.portal.forms import Form
from blacklight_api.portal.rendering import fragment, page, see_other
from blacklight_api.portal.routing import is_fragment_request, local_path, portal_router
from blacklight_api.schemas import PathId
from blacklight_api.skills.service import tenant_taxonomy
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/matches")

Reader = Annotated[TenantWork, tenant_work(Scope.MATCHES_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.MATCHES_WRITE)]


@router.get("/{match_id}")
async def show_match(request: Request, match_id: PathId, work: Reader) -> Response:
    """Both sides, and how they were compared."""
    match = await service.get(work, match_id)
    posting = await jobs.find(work, match.job.id)
    taxonomy = await tenant_taxonomy(work)
    return page(
        request,
        "matches/match.html",
        match=match,
        job=jobs.detail(work, posting),
        candidate=await candidates.detail(work, await candidates.find(work, match.candidate.id)),
        passages=highlighted(
            posting.job.description,
            taxonomy,
            matched={skill.id: skill.name for skill in match.matched_skills},
            missing={skill.id: skill.name for skill in match.missing_skills},
        ),
    )


@router.post("/{match_id}/status")
async def change_match_status(request: Request, match_id: PathId, work: Writer) -> Response:
    """Note what a person makes of the match."""
    form = await Form.sent(request)
    patch = Form(values={"status": form.text("status")}).read(MatchPatch)
    match = await service.change(work, match_id, patch)
    if is_fragment_request(request):
        return fragment(request, "matches/_decision.html", match=match, next=form.text("next"))
    return see_other(request, local_path(form.text("next"), f"/matches/{match_id}"))
