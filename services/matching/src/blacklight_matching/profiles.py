"""From what a CV says to a candidate's profile; what a person has set is never overwritten."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from blacklight_shared.models import (
    Candidate,
    CandidateDocument,
    CandidatePreferredRole,
    CandidateStatus,
    ExtractionStatus,
    PreferredRoleSource,
)
from sqlalchemy import delete, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.candidates import audit_entry
from blacklight_matching.resume.models import Education, Language, ResumeProfile

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


async def store_text(
    session: AsyncSession, document_id: int, *, text: str, page_count: int | None
) -> None:
    """Keep the text of a document; it counts as read once the profile has it too."""
    await _set_document(
        session, document_id, text=text, page_count=page_count, extraction_error=None
    )


async def store_failure(
    session: AsyncSession, document_id: int, status: ExtractionStatus, reason: str
) -> None:
    """Say why a document has no text."""
    await _set_document(session, document_id, extraction_status=status, extraction_error=reason)


async def load_text(session: AsyncSession, document_id: int) -> str | None:
    """The text of a document, once it is stored."""
    return await session.scalar(
        select(CandidateDocument.text).where(CandidateDocument.id == document_id)
    )


async def fill_profile(
    session: AsyncSession,
    tenant_id: int,
    candidate_id: int,
    document_id: int,
    profile: ResumeProfile,
) -> FilledProfile:
    """Fill the empty fields of a candidate from a CV, and mark the CV as read.

    Fields that hold something, or that a person has set (even to nothing), stay as they are.

    Args:
        session: The tenant's transaction.
        tenant_id: The tenant.
        candidate_id: The candidate.
        document_id: The CV.
        profile: What it says.
    """
    candidate = await session.scalar(
        select(Candidate).where(Candidate.id == candidate_id).with_for_update()
    )
    filled: list[str] = []
    is_email_taken = False
    if candidate is not None:
        for field, value in _values(profile):
            if value and not getattr(candidate, field) and field not in candidate.edited_fields:
                setattr(candidate, field, value)
                filled.append(field)
        await session.flush()
        is_email_taken = not await _fill_email(session, candidate, profile.emails, filled)
        _record(session, tenant_id, candidate_id, document_id, sorted(filled), is_email_taken)
    await _set_document(session, document_id, extraction_status=ExtractionStatus.EXTRACTED)
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


def _values(profile: ResumeProfile) -> Iterator[tuple[str, Any]]:
    """Fields of a candidate and what the CV says for them; the address is a matter of its own."""
    yield "first_name", profile.first_name
    yield "last_name", profile.last_name
    yield "phone", profile.phones[0] if profile.phones else None
    yield "location", profile.locations[0] if profile.locations else None
    yield "headline", profile.headline
    yield "summary", profile.summary
    titles = [position.title for position in profile.positions]
    yield "titles", list(dict.fromkeys([*titles, *profile.preferred_titles]))
    yield "skills", [skill.words[0] for skill in profile.skills]
    yield "years_experience", profile.years_experience
    yield "education", [_education(course) for course in profile.education]
    yield "languages", [_language(language) for language in profile.languages]
    yield "certifications", list(profile.certifications)


def _education(course: Education) -> dict[str, Any]:
    return {
        "level": None if course.level is None else course.level.name.lower(),
        "degree": course.degree,
        "field": course.field,
        "institution": course.institution,
        "year": course.year,
    }


def _language(language: Language) -> str:
    return f"{language.name} ({language.level})" if language.level else language.name


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


async def _set_document(session: AsyncSession, document_id: int, **values: Any) -> None:
    await session.execute(
        update(CandidateDocument).where(CandidateDocument.id == document_id).values(**values)
    )
