"""What can be done with documents; reading their text is a worker's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.events import ResumeUploaded
from blacklight_shared.models import (
    Candidate,
    CandidateDocument,
    CandidateStatus,
    DocumentKind,
    ExtractionStatus,
)

from blacklight_api.audit.service import record
from blacklight_api.candidates import service as candidates
from blacklight_api.candidates.schemas import RoleIdOrName
from blacklight_api.documents import queries
from blacklight_api.documents.files import EarlierReading, UploadedFile
from blacklight_api.documents.queries import ResumeStates
from blacklight_api.documents.schemas import DocumentShown
from blacklight_api.pagination import IdKey, Page, PageRequest
from blacklight_api.problems import NotFound
from blacklight_api.work import TenantWork


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored document; ``is_new`` is False when its content was there already."""

    candidate: Candidate
    document: CandidateDocument
    is_new: bool


async def upload(
    work: TenantWork,
    candidate_id: int,
    file: UploadedFile,
    kind: DocumentKind,
    earlier: EarlierReading | None = None,
) -> Stored:
    """Store a file of a candidate; a CV is then read by a worker.

    Args:
        work: The tenant's transaction.
        candidate_id: The candidate.
        file: The file.
        kind: What it is for.
        earlier: What came of reading the file before; it is not read a second time.

    Raises:
        NotFound: There is no such candidate.
    """
    return await _store(work, await candidates.find(work, candidate_id), file, kind, earlier)


async def candidate_from_resume(
    work: TenantWork,
    file: UploadedFile,
    *,
    status: CandidateStatus,
    roles: Sequence[RoleIdOrName],
) -> Stored:
    """The candidate of a CV: the one who has this file already, or a new one.

    Args:
        work: The tenant's transaction.
        file: The CV.
        status: The status of a new candidate.
        roles: Preferred roles of a new candidate, by id or name.

    Raises:
        Unprocessable: The status is none to begin with, or a role does not exist.
    """
    await queries.lock_content(work.session, work.tenant_id, file.sha256)
    known = await queries.find_by_hash(work.session, file.sha256)
    if known is not None:
        candidate = await candidates.find(work, known.candidate_id)
        return Stored(candidate, known, is_new=False)
    candidate = await candidates.add(work, {}, status, roles)
    return await _store(work, candidate, file, DocumentKind.RESUME)


async def find(
    work: TenantWork, candidate_id: int, document_id: int, *, with_content: bool = False
) -> CandidateDocument:
    """A document of a candidate.

    Raises:
        NotFound: There is none, or it is another tenant's.
    """
    document = await queries.find_document(
        work.session, candidate_id, document_id, with_content=with_content
    )
    if document is None:
        raise NotFound("document")
    return document


async def page(work: TenantWork, candidate_id: int, requested: PageRequest) -> Page[DocumentShown]:
    """One page of a candidate's documents, the newest first.

    Raises:
        NotFound: There is no such candidate.
    """
    await candidates.find(work, candidate_id)
    rows = await queries.list_documents(
        work.session, candidate_id, after=requested.after(IdKey), limit=requested.limit + 1
    )
    return requested.page(rows, item=DocumentShown.model_validate, key=lambda row: IdKey(id=row.id))


async def resume_states(work: TenantWork, candidate_id: int) -> ResumeStates:
    """How far the CVs of a candidate are read."""
    return await queries.resume_states(work.session, candidate_id)


async def delete(work: TenantWork, candidate_id: int, document_id: int) -> None:
    """Delete a document; what was read from it stays in the profile.

    Raises:
        NotFound: As ``find``.
    """
    document = await find(work, candidate_id, document_id)
    await queries.delete_document(work.session, document.id)
    details = {"document_id": document_id, "kind": document.kind}
    await record(work, "candidate.document_deleted", candidate_id, details=details)


async def _store(
    work: TenantWork,
    candidate: Candidate,
    file: UploadedFile,
    kind: DocumentKind,
    earlier: EarlierReading | None = None,
) -> Stored:
    document_id = await queries.add_document(work.session, candidate, file, kind, earlier)
    if document_id is None:
        known = await queries.find_by_hash(work.session, file.sha256, candidate_id=candidate.id)
        if known is None:
            raise NotFound("document")
        return Stored(candidate, known, is_new=False)
    details = {"candidate_id": candidate.id, "kind": kind}
    await record(work, "document.uploaded", document_id, details=details)
    is_hopeless = earlier is not None and earlier.status is ExtractionStatus.SCANNED
    if kind is DocumentKind.RESUME and not is_hopeless:
        await work.emit(
            ResumeUploaded(
                candidate_id=candidate.id, tenant_id=work.tenant_id, document_id=document_id
            )
        )
    return Stored(candidate, await find(work, candidate.id, document_id), is_new=True)
