"""What reading a CV takes, whosever it is. Bytes and text never leave a step."""

from __future__ import annotations

from datetime import UTC, datetime

from blacklight_shared.models import ExtractionStatus
from blacklight_shared.workflows import translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.features.taxonomy import visible_taxonomy
from blacklight_matching.resume.documents import DocumentError, ScannedDocumentError
from blacklight_matching.resume.reading import ReadResume, read_resume
from blacklight_matching.stored_documents import (
    Documents,
    load_text,
    store_failure,
    store_text,
)


async def extract_and_store(
    deps: MatchingDeps, tenant_id: int, documents: Documents, document_id: int, content: bytes
) -> ExtractionStatus:
    """Extract the text of a file and store it, or why there is none.

    Returns:
        ``PENDING`` when there is text, which is still to be made use of.
    """
    try:
        extracted = await deps.documents.extract(content)
    except DocumentError as error:
        is_scanned = isinstance(error, ScannedDocumentError)
        status = ExtractionStatus.SCANNED if is_scanned else ExtractionStatus.FAILED
        async with deps.database.tenant_session(tenant_id) as session:
            await store_failure(session, documents, document_id, status, str(error))
        return status
    async with deps.database.tenant_session(tenant_id) as session:
        await store_text(
            session, documents, document_id, text=extracted.text, page_count=extracted.pages
        )
    return ExtractionStatus.PENDING


async def read_stored(
    deps: MatchingDeps, tenant_id: int, documents: Documents, document_id: int
) -> ReadResume | None:
    """Read the stored text of a CV; None when the document is gone.

    No transaction is open while a language model reads.
    """
    async with deps.database.tenant_session(tenant_id) as session:
        text = await load_text(session, documents, document_id)
        taxonomy = await visible_taxonomy(session)
    if text is None:
        return None
    today = datetime.now(UTC).date()
    return await read_resume(deps.language_model, text, taxonomy=taxonomy, today=today)


@translating_errors("mark document")
async def mark_unreadable(
    deps: MatchingDeps, tenant_id: int, documents: Documents, document_id: int, error_name: str
) -> None:
    """Say on a CV that reading it failed for a reason that lies with us."""
    async with deps.database.tenant_session(tenant_id) as session:
        await store_failure(
            session,
            documents,
            document_id,
            ExtractionStatus.FAILED,
            f"the document could not be read ({error_name}); upload it again later",
        )
