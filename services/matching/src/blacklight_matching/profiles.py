"""From what a CV says to a candidate's profile; what a person has set is never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.models import (
    Candidate,
    CandidateDocument,
    CandidatePreferredRole,
    CandidateStatus,
    PreferredRoleSource,
)
from blacklight_shared.resumes import RESUME_FIELDS, ResumeReading, missing_values
from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.candidates import audit_entry
from blacklight_matching.stored_documents import mark_read

WORKFLOW_ID = "parse-resume"
PREFERRED_ROLES_FIELD = "preferred_roles"


@dataclass(frozen=True, slots=True)
class FilledProfile:
    """What a CV added to a profile.

    Attributes:
        fields: Names of the fields that were filled, in alphabetical order.
        is_email_taken: The CV's address was left out, since another candidate of the tenant has it.
    """

    fields: list[str]
    is_email_taken: bool


async def load_content(session: AsyncSession, candidate_id: int, document_id: int) -> bytes | None:
    """The bytes of a candidate's document; None when there is no such document or candidate."""
    return await session.scalar(
        select(CandidateDocument.content)
        .join(Candidate, Candidate.id == CandidateDocument.candidate_id)
        .where(
            CandidateDocument.id == document_id,
            CandidateDocument.candidate_id == candidate_id,
            Candidate.deleted_at.is_(None),
        )
    )


async def fill_profile(
    session: AsyncSession,
    tenant_id: int,
    candidate_id: int,
    document_id: int,
    reading: ResumeReading,
) -> FilledProfile:
    """Fill the empty fields of a candidate from a CV, and mark the CV as read.

    Fields that hold something, or that a person has set (even to nothing), stay as they are.

    Args:
        session: The tenant's transaction.
        tenant_id: The tenant.
        candidate_id: The candidate.
        document_id: The CV.
        reading: What it says.
    """
    candidate = await session.scalar(
        select(Candidate).where(Candidate.id == candidate_id).with_for_update()
    )
    filled: list[str] = []
    is_email_taken = False
    if candidate is not None:
        present = {field: getattr(candidate, field) for field in RESUME_FIELDS}
        for field, value in missing_values(present, reading).items():
            if field not in candidate.edited_fields:
                setattr(candidate, field, value)
                filled.append(field)
        await session.flush()
        is_email_taken = not await _fill_email(session, candidate, reading.emails, filled)
        _record(session, tenant_id, candidate_id, document_id, sorted(filled), is_email_taken)
    await mark_read(session, CandidateDocument, document_id, reading)
    return FilledProfile(fields=sorted(filled), is_email_taken=is_email_taken)


async def titles_for_roles(session: AsyncSession, candidate_id: int) -> list[str]:
    """The titles that a candidate's preferred roles may be inferred from, the likeliest first.

    Returns:
        The headline, then the titles held; nothing when a person chose the roles, or none of them.
    """
    candidate = await session.get(Candidate, candidate_id)
    if candidate is None or PREFERRED_ROLES_FIELD in candidate.edited_fields:
        return []
    chosen = await session.scalar(
        select(
            exists().where(
                CandidatePreferredRole.candidate_id == candidate_id,
                CandidatePreferredRole.source == PreferredRoleSource.PERSON,
            )
        )
    )
    if chosen:
        return []
    titles = [candidate.headline or "", *candidate.titles]
    return list(dict.fromkeys(title for title in titles if title))


async def set_inferred_roles(
    session: AsyncSession, tenant_id: int, candidate_id: int, role_ids: Sequence[int]
) -> None:
    """Replace the roles that were inferred from CVs.

    Args:
        session: The tenant's transaction.
        tenant_id: The tenant.
        candidate_id: The candidate.
        role_ids: Roles, the likeliest first, each once.
    """
    await session.execute(
        delete(CandidatePreferredRole).where(
            CandidatePreferredRole.candidate_id == candidate_id,
            CandidatePreferredRole.source == PreferredRoleSource.RESUME,
        )
    )
    session.add_all(
        CandidatePreferredRole(
            candidate_id=candidate_id,
            role_id=role_id,
            tenant_id=tenant_id,
            rank=rank,
            source=PreferredRoleSource.RESUME,
        )
        for rank, role_id in enumerate(role_ids)
    )
    await session.flush()


async def candidate_status(session: AsyncSession, candidate_id: int) -> CandidateStatus | None:
    """The status of a candidate who was not deleted."""
    status = await session.scalar(
        select(Candidate.status).where(Candidate.id == candidate_id, Candidate.deleted_at.is_(None))
    )
    return None if status is None else CandidateStatus(status)


async def _fill_email(
    session: AsyncSession, candidate: Candidate, emails: Sequence[str], filled: list[str]
) -> bool:
    """Set the address if it is free; returns whether there was nothing in the way."""
    if not emails or candidate.email or "email" in candidate.edited_fields:
        return True
    try:
        async with session.begin_nested():
            candidate.email = emails[0]
            await session.flush()
    except IntegrityError:
        return False
    filled.append("email")
    return True


def _record(
    session: AsyncSession,
    tenant_id: int,
    candidate_id: int,
    document_id: int,
    fields: list[str],
    is_email_taken: bool,
) -> None:
    changes: dict[str, object] = {"document_id": document_id, "fields": fields}
    if is_email_taken:
        changes["left_out"] = {"email": "another candidate has the address"}
    if fields or is_email_taken:
        session.add(
            audit_entry(
                tenant_id, candidate_id, WORKFLOW_ID, "candidate.completed_from_resume", changes
            )
        )
