"""A candidate's rights over their data: the buttons on their page."""

from __future__ import annotations

from typing import Annotated

from fastapi import Request
from fastapi.responses import Response

from blacklight_api.auth.scopes import Scope
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.rendering import see_other
from blacklight_api.portal.routing import portal_router
from blacklight_api.privacy import service
from blacklight_api.privacy.endpoints import archive_response
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/candidates/{candidate_id}")

Writer = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_WRITE)]


@router.get("/export")
async def export_candidate(candidate_id: PathId, work: Writer) -> Response:
    """Download everything that is known of a candidate."""
    return archive_response(await service.export(work, candidate_id), candidate_id)


@router.post("/erase")
async def erase_candidate(request: Request, candidate_id: PathId, work: Writer) -> Response:
    """Forget a candidate for good."""
    await service.erase(work, candidate_id)
    notice = Notice("Everything about this person is erased. The audit log keeps that it was done.")
    return see_other(request, "/candidates", notice)
