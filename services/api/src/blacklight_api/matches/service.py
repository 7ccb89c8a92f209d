"""What can be done with matches; making them is a worker's."""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from blacklight_shared.events import (
    Event,
    GenerateCandidateMatches,
    MatchTrigger,
    RefreshCandidateMatches,
)
from blacklight_shared.matching import Grade, MatchingConfig
from blacklight_shared.models import MATCHABLE_STATUSES, MatchStatus

from blacklight_api.audit.service import record
from blacklight_api.candidates import service as candidates
from blacklight_api.jobs import service as jobs
from blacklight_api.matches import queries
from blacklight_api.matches.explaining import explained
from blacklight_api.matches.queries import MatchFilter, MatchRow, ScoreKey, ScoreRange
from blacklight_api.matches.schemas import MatchPatch, MatchShown
from blacklight_api.pagination import Page, PageRequest
from blacklight_api.problems import Conflict, NotFound
from blacklight_api.skills import service as skills
from blacklight_api.tenants import service as tenants
from blacklight_api.work import TenantWork


async def page_of_candidate(
    work: TenantWork,
    candidate_id: int,
    wanted: MatchFilter,
    grades: Sequence[Grade],
    requested: PageRequest,
) -> Page[MatchShown]:
    """One page of a candidate's matches, the best first.

    Raises:
        NotFound: There is no such candidate.
    """
    await candidates.find(work, candidate_id)
    return await _page(work, replace(wanted, candidate_id=candidate_id), grades, requested)


async def page_of_job(
    work: TenantWork,
    job_id: int,
    wanted: MatchFilter,
    grades: Sequence[Grade],
    requested: PageRequest,
) -> Page[MatchShown]:
    """One page of a posting's matches among the tenant's candidates, the best first.

    Raises:
        NotFound: There is no such posting.
    """
    await jobs.find(work, job_id)
    return await _page(work, replace(wanted, job_id=job_id), grades, requested)


async def get(work: TenantWork, match_id: int) -> MatchShown:
    """The match.

    Raises:
        NotFound: There is none, or it is another tenant's.
    """
    row = await _find(work, match_id, lock=False)
    return (await _explained(work, [row], await _config(work)))[0]


async def change(work: TenantWork, match_id: int, patch: MatchPatch) -> MatchShown:
    """Note what a person makes of a match; it survives when matches are made again.

    Raises:
        NotFound: As ``get``.
        Conflict: The match is closed, because its posting is.
    """
    row = await _find(work, match_id, lock=True)
    match, previous = row.match, row.match.status
    if previous == MatchStatus.CLOSED:
        raise Conflict("The match is closed, because its posting is.")
    if patch.status != previous:
        now = datetime.now(UTC)
        match.status, match.status_changed_at, match.updated_at = patch.status, now, now
        match.status_changed_by = str(work.principal.actor)
        details = {"from": previous, "to": patch.status}
        await record(work, "match.status_changed", match_id, details=details)
    return (await _explained(work, [row], await _config(work)))[0]


async def regenerate(work: TenantWork, candidate_id: int) -> uuid.UUID:
    """Have a candidate matched to all open postings.

    Returns:
        The id of the event.

    Raises:
        NotFound: There is no such candidate.
        Conflict: The candidate's status is not matched.
    """
    event = GenerateCandidateMatches(
        candidate_id=candidate_id, tenant_id=work.tenant_id, trigger=MatchTrigger.MANUAL
    )
    return await _ask_for(work, candidate_id, event, "candidate.matches_regenerated")


async def refresh(work: TenantWork, candidate_id: int) -> uuid.UUID:
    """Have a candidate's existing matches brought up to date.

    Returns:
        The id of the event.

    Raises:
        NotFound: There is no such candidate.
        Conflict: The candidate's status is not matched.
    """
    event = RefreshCandidateMatches(candidate_id=candidate_id, tenant_id=work.tenant_id)
    return await _ask_for(work, candidate_id, event, "candidate.matches_refreshed")


async def _find(work: TenantWork, match_id: int, *, lock: bool) -> MatchRow:
    row = await queries.find_match(work.session, match_id, lock=lock)
    if row is None:
        raise NotFound("match")
    return row


async def _page(
    work: TenantWork, wanted: MatchFilter, grades: Sequence[Grade], requested: PageRequest
) -> Page[MatchShown]:
    config = await _config(work)
    rows = await queries.list_matches(
        work.session,
        replace(wanted, score_ranges=_score_ranges(grades, config)),
        after=requested.after(ScoreKey),
        limit=requested.limit + 1,
    )
    shown = await _explained(work, rows, config)
    return requested.page(
        shown,
        item=lambda match: match,
        key=lambda match: ScoreKey(score=match.score, id=match.id),
    )


async def _explained(
    work: TenantWork, rows: Sequence[MatchRow], config: MatchingConfig
) -> list[MatchShown]:
    ids = {
        skill_id
        for row in rows
        for skill_id in (*row.match.matched_skill_ids, *row.match.missing_skill_ids)
    }
    names = await skills.names_of(work, ids)
    return [explained(row, names, config) for row in rows]


async def _config(work: TenantWork) -> MatchingConfig:
    return (await tenants.matching_settings(work)).config


def _score_ranges(grades: Sequence[Grade], config: MatchingConfig) -> list[ScoreRange]:
    limits = config.grade_limits
    lows = [limits.a_plus, limits.a, limits.b, limits.c, limits.d]
    highs = [math.inf, *lows[:-1]]
    ranges = dict(zip(Grade, map(ScoreRange, lows, highs), strict=True))
    return [ranges[grade] for grade in dict.fromkeys(grades)]


async def _ask_for(work: TenantWork, candidate_id: int, event: Event, action: str) -> uuid.UUID:
    candidate = await candidates.find(work, candidate_id)
    if candidate.status not in MATCHABLE_STATUSES:
        allowed = ", ".join(MATCHABLE_STATUSES)
        raise Conflict(f"Only candidates with one of these statuses are matched: {allowed}.")
    await record(work, action, candidate_id)
    [event_id] = await work.emit(event)
    return event_id
