"""From an uploaded CV to a complete profile, step by step. Bytes and text never leave a step."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.models import (
    MATCHABLE_STATUSES,
    CandidateDocument,
    ExtractionStatus,
    RoleStatus,
)
from blacklight_shared.roles import ensure_roles, find_roles, learn_aliases
from blacklight_shared.workflows import NotFoundError, translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.profiles import (
    FilledProfile,
    candidate_status,
    fill_profile,
    load_content,
    set_inferred_roles,
    titles_for_roles,
)
from blacklight_matching.resume.told import ResumeReader
from blacklight_matching.roles.nearest import PREFERRED_ROLE_THRESHOLD
from blacklight_matching.steps.documents import extract_and_store, read_stored
from blacklight_matching.steps.roles import nearest_roles
from blacklight_matching.stored_documents import load_reading, load_text

MAX_INFERRED_ROLES = 3
"""Of the titles in a CV; what somebody did long ago is seldom what they look for."""


@translating_errors("extract text")
async def extract_resume_text(
    deps: MatchingDeps, tenant_id: int, candidate_id: int, document_id: int
) -> ExtractionStatus:
    """Extract the text of a CV and store it, or why there is none; once is enough.

    Returns:
        ``PENDING`` when there is text, which is still to be made into a profile.

    Raises:
        NotFoundError: There is no such document, or the candidate was deleted.
    """
    async with deps.database.tenant_session(tenant_id) as session:
        content = await load_content(session, candidate_id, document_id)
        text = await load_text(session, CandidateDocument, document_id)
    if content is None:
        raise NotFoundError("document", document_id)
    if text is not None:
        return ExtractionStatus.PENDING
    return await extract_and_store(deps, tenant_id, CandidateDocument, document_id, content)


@dataclass(frozen=True, slots=True)
class CompletedProfile:
    """What reading a CV did.

    Attributes:
        filled: What it added to the profile.
        reader: Who read it; None when it had been read before.
        reader_failure: Why the language model was of no help, if one is configured.
    """

    filled: FilledProfile
    reader: ResumeReader | None
    reader_failure: str | None


@translating_errors("complete profile")
async def complete_profile(
    deps: MatchingDeps, tenant_id: int, candidate_id: int, document_id: int
) -> CompletedProfile:
    """Read a CV's text, unless it was read before, and fill what is empty in the profile.

    Raises:
        NotFoundError: The document is gone.
    """
    async with deps.database.tenant_session(tenant_id) as session:
        reading = await load_reading(session, CandidateDocument, document_id)
    reader, failure = None, None
    if reading is None:
        read = await read_stored(deps, tenant_id, CandidateDocument, document_id)
        if read is None:
            raise NotFoundError("document", document_id)
        reading, reader, failure = read.reading, read.reader, read.failure
    async with deps.database.tenant_session(tenant_id) as session:
        filled = await fill_profile(session, tenant_id, candidate_id, document_id, reading)
    return CompletedProfile(filled, reader, failure)


@translating_errors("infer roles")
async def infer_roles(deps: MatchingDeps, tenant_id: int, candidate_id: int) -> int:
    """Infer preferred roles from the titles of a profile, unless a person chose some.

    Titles that mean a known role count, or one near enough. If none does, the likeliest title
    becomes a new role, pending review, so that the candidate is not overlooked.

    Returns:
        How many roles the candidate has by this.
    """
    async with deps.database.tenant_session(tenant_id) as session:
        titles = await titles_for_roles(session, candidate_id)
        known = await find_roles(session, titles)
    if not titles:
        return 0
    unknown = [title for title in titles if title not in known]
    near = await nearest_roles(deps, unknown, threshold=PREFERRED_ROLE_THRESHOLD)
    async with deps.database.tenant_session(tenant_id) as session:
        await learn_aliases(session, {title: role.role_id for title, role in near.items()})
        known = await find_roles(session, titles)
        usable = {t: role for t, role in known.items() if role.status is not RoleStatus.REJECTED}
        role_ids = [usable[title].id for title in titles if title in usable]
        if not role_ids:
            role_ids = list((await ensure_roles(session, titles[:1])).values())
        role_ids = list(dict.fromkeys(role_ids))[:MAX_INFERRED_ROLES]
        await set_inferred_roles(session, tenant_id, candidate_id, role_ids)
    return len(role_ids)


@translating_errors("look up status")
async def is_matchable(deps: MatchingDeps, tenant_id: int, candidate_id: int) -> bool:
    """Whether the candidate is in a status that is matched."""
    async with deps.database.tenant_session(tenant_id) as session:
        return await candidate_status(session, candidate_id) in MATCHABLE_STATUSES
