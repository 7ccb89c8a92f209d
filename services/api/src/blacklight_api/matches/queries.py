"""Queries about matches; sessions see one tenant's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blacklight_shared.models import (
    Candidate,
    CandidateFeatures,
    CandidateJobMatch,
    JobFeatures,
    JobPosting,
    MatchStatus,
)
from pydantic import Field
from sqlalchemy import ColumnElement, Select, and_, cast, or_, select
from sqlalchemy.dialects.postgresql import REAL
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from blacklight_api.pagination import SortKey
from blacklight_api.schemas import RowId


class ScoreKey(SortKey):
    """Sorted by score, the best first."""

    score: float = Field(ge=0, le=100)
    id: RowId


@dataclass(frozen=True, slots=True)
class ScoreRange:
    """Scores from ``low`` to just below ``high``."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MatchFilter:
    """Which matches are wanted; None and empty mean all."""

    candidate_id: int | None = None
    job_id: int | None = None
    min_score: float | None = None
    score_ranges: Sequence[ScoreRange] = ()
    statuses: Sequence[MatchStatus] = ()
    is_recommended: bool | None = None


@dataclass(frozen=True, slots=True)
class MatchRow:
    """A match with both sides, and with what they were scored by while that is known."""

    match: CandidateJobMatch
    candidate: Candidate
    job: JobPosting
    candidate_features: CandidateFeatures | None
    job_features: JobFeatures | None


async def find_match(
    session: AsyncSession, match_id: int, *, lock: bool = False
) -> MatchRow | None:
    """The match; with ``lock``, kept from being changed by others."""
    query = _with_both_sides().where(CandidateJobMatch.id == match_id)
    if lock:
        query = query.with_for_update(of=CandidateJobMatch)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else MatchRow(*row)


async def list_matches(
    session: AsyncSession, wanted: MatchFilter, *, after: ScoreKey | None, limit: int
) -> list[MatchRow]:
    """Matches, the best first."""
    query = _with_both_sides()
    match = CandidateJobMatch
    if wanted.candidate_id is not None:
        query = query.where(match.candidate_id == wanted.candidate_id)
    if wanted.job_id is not None:
        query = query.where(match.job_posting_id == wanted.job_id)
    if wanted.min_score is not None:
        query = query.where(match.score >= _real(wanted.min_score))
    if wanted.score_ranges:
        query = query.where(or_(*(_within(scores) for scores in wanted.score_ranges)))
    if wanted.statuses:
        query = query.where(match.status.in_(wanted.statuses))
    if wanted.is_recommended is not None:
        query = query.where(match.is_recommended.is_(wanted.is_recommended))
    if after is not None:
        query = query.where(_comes_after(after))
    rows = await session.execute(query.order_by(match.score.desc(), match.id).limit(limit))
    return [MatchRow(*row) for row in rows]


def _with_both_sides() -> Select[
    CandidateJobMatch, Candidate, JobPosting, CandidateFeatures | None, JobFeatures | None
]:
    match = CandidateJobMatch
    return (
        select(match, Candidate, JobPosting, CandidateFeatures, JobFeatures)
        .join(Candidate, Candidate.id == match.candidate_id)
        .join(JobPosting, JobPosting.id == match.job_posting_id)
        .outerjoin(CandidateFeatures, CandidateFeatures.candidate_id == match.candidate_id)
        .outerjoin(JobFeatures, JobFeatures.job_posting_id == match.job_posting_id)
        .where(Candidate.deleted_at.is_(None))
        .options(
            defer(Candidate.summary, raiseload=True),
            defer(Candidate.education, raiseload=True),
            defer(JobPosting.description, raiseload=True),
        )
    )


def _comes_after(last: ScoreKey) -> ColumnElement[bool]:
    score = _real(last.score)
    return or_(
        CandidateJobMatch.score < score,
        and_(CandidateJobMatch.score == score, CandidateJobMatch.id > last.id),
    )


def _within(scores: ScoreRange) -> ColumnElement[bool]:
    return and_(
        CandidateJobMatch.score >= _real(scores.low), CandidateJobMatch.score < _real(scores.high)
    )


def _real(value: float) -> ColumnElement[float]:
    # The column has single precision; compared in double, 87.3 would not equal itself.
    return cast(value, REAL)
