"""A candidate's documents: upload, download, delete, and how far they are read."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from blacklight_shared.models import DocumentKind
from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel
from sse_starlette import EventSourceResponse

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import service as candidates
from blacklight_api.documents import queries, service
from blacklight_api.documents.endpoints import UPLOAD_LIMITS
from blacklight_api.documents.files import download, read_upload
from blacklight_api.gateway import TheGateway
from blacklight_api.limits import limited
from blacklight_api.pagination import PageRequest, RequestedPage
from blacklight_api.portal.cookies import Notice
from blacklight_api.portal.forms import Form
from blacklight_api.portal.live import LiveProgress, follow
from blacklight_api.portal.rendering import page, see_other
from blacklight_api.portal.routing import RefusedError, portal_router
from blacklight_api.problems import Problem
from blacklight_api.schemas import PathId
from blacklight_api.work import TenantWork, tenant_work

router = portal_router("/candidates/{candidate_id}/documents")

Reader = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_WRITE)]


class Upload(BaseModel):
    """What a person says of a file."""

    kind: DocumentKind = DocumentKind.RESUME


@router.get("")
async def show_documents(
    request: Request, candidate_id: PathId, work: Reader, requested: RequestedPage
) -> Response:
    """The list, and the place for another file."""
    return await _documents(request, work, candidate_id, requested, Form())


@router.post("")
@limited(UPLOAD_LIMITS)
async def upload_document(request: Request, candidate_id: PathId, work: Writer) -> Response:
    """Take a file; a CV is then read by a worker."""
    form = await Form.sent(request)
    path = f"/candidates/{candidate_id}/documents"
    try:
        kind = Form(values={"kind": form.text("kind")}).read(Upload).kind
        stored = await service.upload(work, candidate_id, await read_upload(form.file()), kind)
    except Problem as problem:
        if problem.status is HTTPStatus.NOT_FOUND:
            raise
        shown = await _documents(
            request, work, candidate_id, _FIRST_PAGE, form.refused(problem), problem.status
        )
        raise RefusedError(shown) from None
    words = "The file is stored." if stored.is_new else "This file was there already."
    return see_other(request, path, Notice(words))


@router.get("/progress")
async def follow_reading(
    candidate_id: PathId, work: Reader, gateway: TheGateway
) -> EventSourceResponse:
    """Follow the reading of a candidate's CVs."""

    async def look(work: TenantWork) -> LiveProgress:
        await candidates.find(work, candidate_id)
        states = await queries.resume_states(work.session, candidate_id)
        words = "The CV is being read…" if states.is_reading else "The CV is read."
        return LiveProgress(message=words, done=not states.is_reading)

    return await follow(gateway, work, look)


@router.get("/{document_id}/content")
async def download_document(candidate_id: PathId, document_id: PathId, work: Reader) -> Response:
    """The file; browsers save it and never show it."""
    document = await service.find(work, candidate_id, document_id, with_content=True)
    return download(document.filename, document.content_type, document.content)


@router.post("/{document_id}/delete")
async def delete_document(
    request: Request, candidate_id: PathId, document_id: PathId, work: Writer
) -> Response:
    """Delete a file."""
    await service.delete(work, candidate_id, document_id)
    return see_other(
        request, f"/candidates/{candidate_id}/documents", Notice("The file is deleted.")
    )


_FIRST_PAGE = PageRequest(limit=50, cursor=None)


async def _documents(
    request: Request,
    work: TenantWork,
    candidate_id: int,
    requested: PageRequest,
    form: Form,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    candidate = await candidates.detail(work, await candidates.find(work, candidate_id))
    found = await service.page(work, candidate_id, requested)
    resumes = await service.resume_states(work, candidate_id)
    return page(
        request,
        "candidates/documents.html",
        status=status,
        candidate=candidate,
        documents=found.items,
        next_cursor=found.next_cursor,
        is_being_read=resumes.is_reading,
        kinds=[(kind, kind.value.capitalize()) for kind in DocumentKind],
        form=form,
    )
