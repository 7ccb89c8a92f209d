"""HTTP endpoints for a candidate's rights over their data."""

from __future__ import annotations

from typing import IO, Annotated

from fastapi.responses import StreamingResponse

from blacklight_api.auth.scopes import Scope
from blacklight_api.privacy import service
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = gateway_router("/candidates/{candidate_id}", "candidates")

ZIP_MEDIA_TYPE = "application/zip"

Writer = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_WRITE)]


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {ZIP_MEDIA_TYPE: {}}, "description": "A ZIP archive."}},
)
async def export_candidate(candidate_id: PathId, work: Writer) -> StreamingResponse:
    """Get everything that is known of a candidate: `candidate.json` and their documents."""
    archive = await service.export(work, candidate_id)
    return archive_response(archive, candidate_id)


@router.delete("/personal-data", status_code=204)
async def erase_candidate(candidate_id: PathId, work: Writer) -> None:
    """Forget a candidate for good: profile, documents, matches, invitations and mails.

    The audit log keeps ids only. This cannot be undone.
    """
    await service.erase(work, candidate_id)


def archive_response(archive: IO[bytes], candidate_id: int) -> StreamingResponse:
    """The archive as a download."""
    name = f"candidate-{candidate_id}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(service.chunks(archive), headers=headers, media_type=ZIP_MEDIA_TYPE)
