"""Export and erasure of everything that is known of a candidate (GDPR, articles 15, 17 and 20)."""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from blacklight_shared.events import CandidateDeleted
from blacklight_shared.models import (
    AuditEntry,
    Candidate,
    CandidateDocument,
    CandidateInvitation,
    InvitationDocument,
    MailLogEntry,
)
from pydantic_core import to_json
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_api.audit.service import record
from blacklight_api.privacy import queries
from blacklight_api.problems import NotFound
from blacklight_api.work import TenantWork

MAX_BYTES_IN_MEMORY = 4 * 1024 * 1024
"""A larger archive is put on disk while it is made."""
CHUNK_BYTES = 64 * 1024

_UNSAFE = re.compile(r"[^\w.-]+")


async def export(work: TenantWork, candidate_id: int) -> IO[bytes]:
    """An archive with everything that is known of a candidate, and their documents.

    Returns:
        A ZIP file, open at its beginning; closing it deletes it.

    Raises:
        NotFound: There is no such candidate.
    """
    candidate = await _candidate(work, candidate_id)
    known = await _known(work, candidate)
    archive = tempfile.SpooledTemporaryFile(max_size=MAX_BYTES_IN_MEMORY)  # noqa: SIM115 -- the caller closes it
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("candidate.json", to_json(known, indent=2))
        of_candidate = queries.documents_of(candidate)
        await _add_files(work.session, files, "documents", CandidateDocument, of_candidate)
        submitted = queries.submitted_documents_of(candidate)
        await _add_files(work.session, files, "submitted", InvitationDocument, submitted)
    archive.seek(0)
    await record(work, "candidate.exported", candidate.id)
    return archive


def chunks(archive: IO[bytes]) -> Iterator[bytes]:
    """The archive piece by piece; it is gone at the end."""
    with archive:
        while chunk := archive.read(CHUNK_BYTES):
            yield chunk


async def erase(work: TenantWork, candidate_id: int) -> None:
    """Forget a candidate for good, also one that was deleted before; work on them stops.

    Raises:
        NotFound: There is no such candidate.
    """
    candidate = await _candidate(work, candidate_id)
    await queries.erase(work.session, candidate)
    await record(work, "candidate.erased", candidate_id)
    await work.emit(CandidateDeleted(candidate_id=candidate_id, tenant_id=work.tenant_id))


async def _candidate(work: TenantWork, candidate_id: int) -> Candidate:
    candidate = await queries.lock_candidate(work.session, candidate_id)
    if candidate is None:
        raise NotFound("candidate")
    return candidate


async def _known(work: TenantWork, candidate: Candidate) -> dict[str, Any]:
    session = work.session
    [profile] = await queries.records(session, Candidate, Candidate.id == candidate.id)
    return {
        "profile": profile,
        "preferred_roles": await queries.role_names(session, candidate.id),
        "documents": await queries.records(
            session, CandidateDocument, queries.documents_of(candidate)
        ),
        "invitations": await queries.records(
            session, CandidateInvitation, queries.invitations_of(candidate)
        ),
        "submitted_documents": await queries.records(
            session, InvitationDocument, queries.submitted_documents_of(candidate)
        ),
        "matches": await queries.matches_of(session, candidate.id),
        "mails": await queries.records(
            session, MailLogEntry, MailLogEntry.recipient == candidate.email
        ),
        "history": await queries.records(session, AuditEntry, queries.audit_about(candidate)),
    }


async def _add_files(
    session: AsyncSession,
    archive: zipfile.ZipFile,
    folder: str,
    documents: type[queries.DocumentT],
    condition: ColumnElement[bool],
) -> None:
    """Add files one by one, under names that are unique and safe to unpack."""
    for document_id in await queries.document_ids(session, documents, condition):
        document = await queries.document_with_content(session, documents, document_id)
        name = f"{folder}/{document_id}-{_UNSAFE.sub('_', document.filename)[-100:]}"
        archive.writestr(name, document.content, zipfile.ZIP_STORED)
        session.expunge(document)
