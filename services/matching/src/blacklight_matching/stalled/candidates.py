"""Candidates whose matches nobody has made: found across tenants, then matched again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from blacklight_shared.events import GenerateCandidateMatches, MatchTrigger
from blacklight_shared.models import IS_UNMATCHED, IS_UNREAD, CandidateStatus
from blacklight_shared.outbox import add_events
from blacklight_shared.telemetry import current_trace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from blacklight_matching.stalled.limits import CANDIDATE_PATIENCE, MAX_RESUMPTIONS


@dataclass(frozen=True, slots=True)
class UnmatchedCandidate:
    """A candidate who changed long ago and was not matched since.

    Attributes:
        candidate_id: ``Candidate.id``.
        tenant_id: The candidate's tenant.
    """

    candidate_id: int
    tenant_id: int


async def unmatched_candidates(
    session: AsyncSession, at: datetime, *, limit: int
) -> list[UnmatchedCandidate]:
    """Find candidates who wait for their matches for long, the longest first.

    Who has a CV that is still to be read is left alone: reading it has them matched.

    Args:
        session: A session of the system role, which may look for ids across tenants.
        at: Now.
        limit: How many at most.
    """
    rows = await session.execute(_FIND, {"before": at - CANDIDATE_PATIENCE, "limit": limit})
    return [UnmatchedCandidate(row.id, row.tenant_id) for row in rows]


async def match_again(
    session: AsyncSession, tenant_id: int, candidate_ids: Sequence[int], at: datetime
) -> int:
    """Owe the events again that have candidates matched; repeatable.

    Args:
        session: The tenant's transaction.
        tenant_id: The tenant.
        candidate_ids: Candidates who were found to wait.
        at: Now, as it was when they were found.

    Returns:
        How many of them are matched again; the others were matched meanwhile.
    """
    parameters = {"ids": list(candidate_ids), "before": at - CANDIDATE_PATIENCE}
    rows = await session.execute(_RESUME, parameters)
    events = [_matches_wanted(tenant_id, row.id, CandidateStatus(row.status)) for row in rows]
    await add_events(session, events, tenant_id=tenant_id, trace_context=current_trace())
    return len(events)


def _matches_wanted(
    tenant_id: int, candidate_id: int, status: CandidateStatus
) -> GenerateCandidateMatches:
    is_new = status is CandidateStatus.APPROVED
    trigger = MatchTrigger.ONBOARDING_APPROVAL if is_new else MatchTrigger.PROFILE_UPDATE
    return GenerateCandidateMatches(candidate_id=candidate_id, tenant_id=tenant_id, trigger=trigger)


_IS_STILL = (
    f"{IS_UNMATCHED} AND updated_at < :before AND (resumed_at < :before) IS NOT FALSE"
    f" AND resumptions < {MAX_RESUMPTIONS}"
)

_FIND = text(
    f"""
    SELECT id, tenant_id FROM candidates
    WHERE {_IS_STILL}
      AND NOT EXISTS (
        SELECT FROM candidate_documents WHERE candidate_id = candidates.id AND {IS_UNREAD}
      )
      AND NOT EXISTS (
        SELECT FROM outbox_events AS owed
        WHERE owed.sent_at IS NULL AND owed.dead_at IS NULL
          AND owed.subject = 'candidate:' || candidates.id
      )
    ORDER BY updated_at, id
    LIMIT :limit
    """  # noqa: S608 -- names are constants
)

_RESUME = text(
    f"""
    UPDATE candidates SET resumptions = resumptions + 1, resumed_at = now()
    WHERE id = ANY(:ids) AND {_IS_STILL}
    RETURNING id, status
    """  # noqa: S608 -- names are constants
)
