"""From an approved or changed candidate to stored matches, step by step."""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.workflows import (
    NonRetriableError,
    NotFoundError,
    translating_errors,
)

from blacklight_matching.candidates import (
    find_candidate,
    make_ready_for_assignment,
    mark_matched,
)
from blacklight_matching.deps import MatchingDeps
from blacklight_matching.embedding_store import Subject, stale_texts
from blacklight_matching.features.candidates import prepare_candidates
from blacklight_matching.matches.eligibility import has_many_openings
from blacklight_matching.matches.runs import RunCounts, score_candidate
from blacklight_matching.steps.embedding import embed_stale
from blacklight_matching.steps.postings import observe
from blacklight_matching.steps.roles import settle_preferred_roles

MANY_OPENINGS = 10_000
"""From here on a worker keeps postings in memory; fewer are read in a fraction of a second."""


@dataclass(frozen=True, slots=True)
class MatchedCandidate:
    """What matching a candidate did.

    Attributes:
        candidate_id: The candidate.
        is_eligible: Whether the candidate may be matched at all.
        embedded: Whether there is a new vector, because the profile's text had changed.
        jobs: Postings that were scored.
        matches: Postings at or above the threshold.
        written: Match rows that are new or different.
        removed: Match rows that no longer match.
    """

    candidate_id: int
    is_eligible: bool
    embedded: bool
    jobs: int
    matches: int
    written: int
    removed: int


@dataclass(frozen=True, slots=True)
class FirstAttempt:
    """What the first step of a run found and did.

    Attributes:
        is_reading_resume: Whether a CV is still to be read, after which they are matched again.
        has_pending_roles: Whether they prefer roles that nobody has reviewed.
        counts: What scoring did; None if roles or the vector have to be settled first.
    """

    is_reading_resume: bool
    has_pending_roles: bool
    counts: RunCounts | None


async def match_candidate(
    ctx: inngest.Context, deps: MatchingDeps, tenant_id: int, candidate_id: int
) -> MatchedCandidate:
    """Match a candidate to all postings in their roles.

    Args:
        ctx: The run.
        deps: The worker's connections.
        tenant_id: The candidate's tenant.
        candidate_id: The candidate.

    Raises:
        inngest.StepError: The candidate does not exist, is another tenant's or was deleted.
    """
    attempt = await ctx.step.run(
        "score-if-ready",
        score_if_ready,
        deps,
        tenant_id,
        candidate_id,
        output_type=FirstAttempt,
    )
    counts, embedded = attempt.counts, 0
    if counts is None:
        if attempt.has_pending_roles:
            await ctx.step.run(
                "settle-roles", settle_preferred_roles, deps, tenant_id, candidate_id
            )
        embedded = await ctx.step.run(
            "embed", embed_stale, deps, Subject.CANDIDATE, tenant_id, [candidate_id]
        )
        counts = await ctx.step.run(
            "score",
            score_one_candidate,
            deps,
            tenant_id,
            candidate_id,
            attempt.is_reading_resume,
            output_type=RunCounts,
        )
    return MatchedCandidate(
        candidate_id=candidate_id,
        is_eligible=counts.candidates > 0,
        embedded=embedded > 0,
        jobs=counts.jobs,
        matches=counts.matches,
        written=counts.written,
        removed=counts.removed,
    )


@translating_errors("prepare candidate")
async def score_if_ready(deps: MatchingDeps, tenant_id: int, candidate_id: int) -> FirstAttempt:
    """Derive what scoring reads of a changed profile, and score it unless its text has changed.

    Most have not, so they get their matches without the calls of further steps.

    Raises:
        NotFoundError: There is no such candidate, or it is another tenant's.
        NonRetriableError: The candidate was deleted.
    """
    async with deps.database.tenant_session(tenant_id) as session:
        candidate = await find_candidate(session, candidate_id)
        if candidate is None:
            raise NotFoundError("candidate", candidate_id)
        if candidate.is_deleted:
            raise NonRetriableError(f"candidate {candidate_id} was deleted")
        await prepare_candidates(session, [candidate_id])
        stale = await stale_texts(session, Subject.CANDIDATE, [candidate_id], deps.space)
    counts = None
    # The text names the roles, which may get other names.
    if not (candidate.has_pending_roles or stale):
        counts = await score_one_candidate(
            deps, tenant_id, candidate_id, candidate.is_reading_resume
        )
    return FirstAttempt(
        is_reading_resume=candidate.is_reading_resume,
        has_pending_roles=candidate.has_pending_roles,
        counts=counts,
    )


@translating_errors("score candidate")
async def score_one_candidate(
    deps: MatchingDeps, tenant_id: int, candidate_id: int, is_reading_resume: bool
) -> RunCounts:
    """Score the candidate; note when, unless the profile is known to be incomplete."""
    async with deps.slots.candidate:
        await _load_snapshot_if_worthwhile(deps, tenant_id, candidate_id)
        async with deps.database.tenant_session(tenant_id) as session:
            counts = await score_candidate(
                session, tenant_id, candidate_id, deps.space, deps.snapshot
            )
            if not is_reading_resume:
                await mark_matched(session, candidate_id)
    observe(counts)
    return counts


async def _load_snapshot_if_worthwhile(
    deps: MatchingDeps, tenant_id: int, candidate_id: int
) -> None:
    """Read what is slow to read before the tenant's lock is taken; the rest follows under it."""
    if deps.snapshot.is_recent:
        return
    if not deps.snapshot.is_loaded:
        async with deps.database.tenant_session(tenant_id) as session:
            if not await has_many_openings(session, candidate_id, MANY_OPENINGS):
                return
    async with deps.database.global_session() as session:
        await deps.snapshot.up_to_date(session, deps.space)


@translating_errors("make candidate ready")
async def make_candidate_ready(deps: MatchingDeps, tenant_id: int, candidate_id: int) -> bool:
    """Move an approved candidate on; returns whether the status changed."""
    async with deps.database.tenant_session(tenant_id) as session:
        return await make_ready_for_assignment(session, tenant_id, candidate_id)
