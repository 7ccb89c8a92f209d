"""From an invited person's CV to a form that is filled, step by step."""

from __future__ import annotations

from blacklight_shared.models import ExtractionStatus, InvitationDocument
from blacklight_shared.workflows import translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.invitations import fill_form, load_content
from blacklight_matching.steps.documents import extract_and_store, read_stored
from blacklight_matching.stored_documents import load_text


@translating_errors("extract text")
async def extract_invitation_text(
    deps: MatchingDeps, tenant_id: int, invitation_id: int, document_id: int
) -> ExtractionStatus | None:
    """Extract the text of an invited person's CV and store it, or why there is none.

    Returns:
        ``PENDING`` when there is text; None when nobody needs it read any more.
    """
    async with deps.database.tenant_session(tenant_id) as session:
        content = await load_content(session, invitation_id, document_id)
        text = await load_text(session, InvitationDocument, document_id)
    if content is None:
        return None
    if text is not None:
        return ExtractionStatus.PENDING
    return await extract_and_store(deps, tenant_id, InvitationDocument, document_id, content)


@translating_errors("fill form")
async def fill_invitation_form(
    deps: MatchingDeps, tenant_id: int, invitation_id: int, document_id: int
) -> list[str]:
    """Read the text of an invited person's CV and fill their form; returns the fields filled."""
    read = await read_stored(deps, tenant_id, InvitationDocument, document_id)
    if read is None:
        return []
    async with deps.database.tenant_session(tenant_id) as session:
        return await fill_form(session, invitation_id, document_id, read.reading)
