"""Candidates as the workflows see and change them."""

from __future__ import annotations

from dataclasses import dataclass

from blacklight_shared.models import (
    MATCHABLE_STATUSES,
    AuditEntry,
    Candidate,
    CandidateEmbedding,
    CandidateFeatures,
    CandidateStatus,
    RoleStatus,
)
from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

ACTOR_TYPE = "workflow"


@dataclass(frozen=True, slots=True)
class FoundCandidate:
    """Where a candidate stands.

    Attributes:
        status: The candidate's status.
        is_deleted: Whether the candidate was deleted.
        is_reading_resume: Whether a CV waits to be read.
        has_pending_roles: Whether they prefer roles that nobody has reviewed.
    """

    status: CandidateStatus
    is_deleted: bool
    is_reading_resume: bool
    has_pending_roles: bool


async def find_candidate(session: AsyncSession, candidate_id: int) -> FoundCandidate | None:
    """The candidate, deleted or not; None when the session's tenant has no such one."""
    row = (
        await session.execute(
            text(
                "SELECT status, deleted_at IS NOT NULL AS is_deleted, EXISTS ("
                " SELECT FROM candidate_documents WHERE candidate_id = candidates.id"
                " AND kind = 'resume' AND extraction_status = 'pending') AS is_reading_resume,"
                " EXISTS (SELECT FROM candidate_preferred_roles AS preferred"
                " JOIN global_roles AS role ON role.id = preferred.role_id"
                " WHERE preferred.candidate_id = candidates.id AND role.status = :pending)"
                " AS has_pending_roles FROM candidates WHERE id = :id"
            ),
            {"id": candidate_id, "pending": RoleStatus.PENDING_REVIEW},
        )
    ).one_or_none()
    if row is None:
        return None
    return FoundCandidate(
        status=CandidateStatus(row.status),
        is_deleted=row.is_deleted,
        is_reading_resume=row.is_reading_resume,
        has_pending_roles=row.has_pending_roles,
    )


async def matchable_candidates(session: AsyncSession, after_id: int, limit: int) -> list[int]:
    """The next page of candidates of the session's tenant who may be matched: rising ids.

    Args:
        session: A session of the tenant.
        after_id: Where the page before ended, 0 for the first.
        limit: Candidates on a page.
    """
    rows = await session.scalars(
        select(Candidate.id)
        .where(
            Candidate.deleted_at.is_(None),
            Candidate.status.in_(MATCHABLE_STATUSES),
            Candidate.id > after_id,
        )
        .order_by(Candidate.id)
        .limit(limit)
    )
    return list(rows)


async def forget_derived(session: AsyncSession, candidate_id: int) -> None:
    """Remove what scoring read of a deleted candidate; of another one nothing is removed."""
    deleted = select(Candidate.id).where(
        Candidate.id == candidate_id, Candidate.deleted_at.is_not(None)
    )
    for table in (CandidateFeatures, CandidateEmbedding):
        await session.execute(delete(table).where(table.candidate_id.in_(deleted)))


async def mark_matched(session: AsyncSession, candidate_id: int) -> None:
    """Note that the candidate's matches are made, as of now."""
    await session.execute(
        text(
            "UPDATE candidates SET matched_at = clock_timestamp(),"
            " resumptions = CASE status WHEN :approved THEN resumptions ELSE 0 END WHERE id = :id"
        ),
        {"id": candidate_id, "approved": CandidateStatus.APPROVED},
    )


async def make_ready_for_assignment(
    session: AsyncSession, tenant_id: int, candidate_id: int
) -> bool:
    """Move a candidate from approved to ready for assignment; other statuses stay.

    Returns:
        Whether the status changed.
    """
    moved = await session.scalar(
        text(
            "UPDATE candidates SET status = :ready, updated_at = now(), resumptions = 0,"
            # The new status makes no match older than the profile.
            " matched_at = CASE WHEN matched_at >= updated_at THEN now() ELSE matched_at END"
            " WHERE id = :id AND status = :approved AND deleted_at IS NULL RETURNING id"
        ),
        {
            "id": candidate_id,
            "ready": CandidateStatus.READY_FOR_ASSIGNMENT,
            "approved": CandidateStatus.APPROVED,
        },
    )
    if moved is None:
        return False
    session.add(
        audit_entry(
            tenant_id,
            candidate_id,
            "generate-candidate-matches",
            f"candidate.{CandidateStatus.READY_FOR_ASSIGNMENT}",
            {"from": CandidateStatus.APPROVED, "to": CandidateStatus.READY_FOR_ASSIGNMENT},
        )
    )
    return True


def audit_entry(
    tenant_id: int, candidate_id: int, workflow_id: str, action: str, changes: dict[str, object]
) -> AuditEntry:
    """What a workflow did to a candidate, for the audit log.

    Args:
        tenant_id: The candidate's tenant.
        candidate_id: The candidate.
        workflow_id: Who did it.
        action: ``candidate.verb``.
        changes: Names of fields, and values that are not personal data.
    """
    return AuditEntry(
        tenant_id=tenant_id,
        actor_type=ACTOR_TYPE,
        actor_id=workflow_id,
        action=action,
        entity_type="candidate",
        entity_id=str(candidate_id),
        changes=changes,
    )
