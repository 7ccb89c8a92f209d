"""HTTP endpoints of documents."""

from __future__ import annotations

from typing import Annotated, Any

from blacklight_shared.documents import DocumentFormat
from blacklight_shared.models import CandidateStatus, DocumentKind
from fastapi import File, Form, Response, UploadFile

from blacklight_api.auth.scopes import Scope
from blacklight_api.candidates import service as candidates
from blacklight_api.candidates.schemas import MAX_PREFERRED_ROLES, RoleIdOrName
from blacklight_api.documents import service
from blacklight_api.documents.files import MAX_DOCUMENT_BYTES, download, read_upload
from blacklight_api.documents.schemas import CandidateFromResume, DocumentShown
from blacklight_api.limits import MULTIPART_OVERHEAD_BYTES, RequestLimits, limited
from blacklight_api.pagination import Page, RequestedPage
from blacklight_api.problems import problem_responses
from blacklight_api.routing import gateway_router
from blacklight_api.schemas import Line, PathId
from blacklight_api.work import TenantWork, tenant_work

UPLOAD_LIMITS = RequestLimits(max_body_bytes=MAX_DOCUMENT_BYTES + MULTIPART_OVERHEAD_BYTES)

router = gateway_router("/candidates", "documents")

Reader = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_READ)]
Writer = Annotated[TenantWork, tenant_work(Scope.CANDIDATES_WRITE)]
FILE_RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file as it was uploaded.",
        "content": {
            file_format.content_type: {"schema": {"type": "string", "format": "binary"}}
            for file_format in DocumentFormat
        },
    }
}
DocumentFile = Annotated[
    UploadFile, File(description="PDF, Word (.docx) or plain text, at most 10 MiB.")
]


@router.post(
    "/from-resume",
    status_code=201,
    responses={
        200: {"description": "A candidate has this file already.", "model": CandidateFromResume},
        **problem_responses(415),
    },
)
@limited(UPLOAD_LIMITS)
async def create_candidate_from_resume(
    response: Response,
    work: Writer,
    file: DocumentFile,
    status: Annotated[
        CandidateStatus, Form(description="`new`, `in_review` or `approved`.")
    ] = CandidateStatus.NEW,
    preferred_roles: Annotated[
        list[Line],
        Form(
            max_length=MAX_PREFERRED_ROLES,
            description="Roles by id or by name; repeat the field.",
        ),
    ] = [],  # noqa: B006 -- FastAPI copies it
) -> CandidateFromResume:
    """Create a candidate from a CV alone: a worker reads it and fills the profile.

    The same file again gives the same candidate, unchanged.
    """
    stored = await service.candidate_from_resume(
        work,
        await read_upload(file),
        status=status,
        roles=[_role_reference(role) for role in preferred_roles],
    )
    response.status_code = 201 if stored.is_new else 200
    return CandidateFromResume(
        candidate=await candidates.detail(work, stored.candidate),
        document=DocumentShown.model_validate(stored.document),
    )


@router.post(
    "/{candidate_id}/documents",
    status_code=201,
    responses={
        200: {"description": "The candidate has this file already.", "model": DocumentShown},
        **problem_responses(415),
    },
)
@limited(UPLOAD_LIMITS)
async def upload_document(
    candidate_id: PathId,
    response: Response,
    work: Writer,
    file: DocumentFile,
    kind: Annotated[
        DocumentKind, Form(description="A `resume` is read to complete the profile.")
    ] = DocumentKind.RESUME,
) -> DocumentShown:
    """Upload a file of a candidate; the same file again gives the same document."""
    stored = await service.upload(work, candidate_id, await read_upload(file), kind)
    response.status_code = 201 if stored.is_new else 200
    return DocumentShown.model_validate(stored.document)


@router.get("/{candidate_id}/documents")
async def list_documents(
    candidate_id: PathId, work: Reader, requested: RequestedPage
) -> Page[DocumentShown]:
    """List a candidate's documents, the newest first."""
    return await service.page(work, candidate_id, requested)


@router.get("/{candidate_id}/documents/{document_id}")
async def get_document(candidate_id: PathId, document_id: PathId, work: Reader) -> DocumentShown:
    """Get what is known of a document, such as how far its text has been read."""
    return DocumentShown.model_validate(await service.find(work, candidate_id, document_id))


@router.delete("/{candidate_id}/documents/{document_id}", status_code=204)
async def delete_document(candidate_id: PathId, document_id: PathId, work: Writer) -> None:
    """Delete a document; what was read from it stays in the profile."""
    await service.delete(work, candidate_id, document_id)


@router.get(
    "/{candidate_id}/documents/{document_id}/content",
    response_class=Response,
    responses=FILE_RESPONSE,
)
async def download_document(candidate_id: PathId, document_id: PathId, work: Reader) -> Response:
    """Download a document; browsers save it and never show it."""
    document = await service.find(work, candidate_id, document_id, with_content=True)
    return download(document.filename, document.content_type, document.content)


def _role_reference(given: str) -> RoleIdOrName:
    return int(given) if given.isascii() and given.isdecimal() else given
