"""Which status may follow which, when a person decides."""

from __future__ import annotations

from blacklight_shared.models import CandidateStatus

from blacklight_api.problems import Conflict, FieldError

INITIAL_STATUSES = frozenset(
    {CandidateStatus.NEW, CandidateStatus.IN_REVIEW, CandidateStatus.APPROVED}
)

ALLOWED_TRANSITIONS: dict[CandidateStatus, frozenset[CandidateStatus]] = {
    CandidateStatus.NEW: frozenset(
        {CandidateStatus.IN_REVIEW, CandidateStatus.APPROVED, CandidateStatus.REJECTED}
    ),
    CandidateStatus.IN_REVIEW: frozenset({CandidateStatus.APPROVED, CandidateStatus.REJECTED}),
    CandidateStatus.APPROVED: frozenset(
        {
            CandidateStatus.IN_REVIEW,
            CandidateStatus.READY_FOR_ASSIGNMENT,
            CandidateStatus.REJECTED,
        }
    ),
    CandidateStatus.READY_FOR_ASSIGNMENT: frozenset(
        {CandidateStatus.IN_REVIEW, CandidateStatus.ASSIGNED, CandidateStatus.REJECTED}
    ),
    CandidateStatus.ASSIGNED: frozenset(
        {CandidateStatus.READY_FOR_ASSIGNMENT, CandidateStatus.REJECTED}
    ),
    CandidateStatus.REJECTED: frozenset({CandidateStatus.IN_REVIEW}),
}


def check_transition(current: CandidateStatus, wanted: CandidateStatus) -> None:
    """Refuse a change of status that the table does not have.

    Raises:
        Conflict: The change is not allowed; the message lists those that are.
    """
    allowed = ALLOWED_TRANSITIONS[current]
    if wanted not in allowed:
        names = ", ".join(sorted(allowed))
        message = f"From {current.value} a candidate can become: {names}."
        raise Conflict(
            "The status cannot change this way.",
            errors=[FieldError(field="status", message=message)],
        )
