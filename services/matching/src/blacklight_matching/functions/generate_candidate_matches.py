"""``generate-candidate-matches``: a candidate meets all open postings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import inngest
from blacklight_shared.events import CandidateDeleted, GenerateCandidateMatches, MatchTrigger
from blacklight_shared.workflows import (
    CONCURRENCY,
    RETRY_CONFIG,
    cancel_on,
    prioritise,
    workflow,
)

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.steps.candidates import (
    MatchedCandidate,
    make_candidate_ready,
    match_candidate,
)

HEAD_START_OF_PEOPLE = timedelta(minutes=2)
"""Somebody who asked by hand is waiting in front of a screen."""

NEWEST_PER_CANDIDATE = 'string(event.data.candidate_id) + "/" + event.data.trigger'
"""With the reason, since only the run that an approval asked for moves the candidate on."""


@dataclass(frozen=True, slots=True)
class GeneratedMatches:
    """Result of a run.

    Attributes:
        trigger: Why the matches were made.
        candidate: What was done.
        is_now_ready: Whether the candidate became ready for assignment.
    """

    trigger: MatchTrigger
    candidate: MatchedCandidate
    is_now_ready: bool


@workflow(
    id="generate-candidate-matches",
    trigger=GenerateCandidateMatches,
    retries=RETRY_CONFIG.default,
    concurrency=[CONCURRENCY.analysis],
    singleton=inngest.Singleton(mode="cancel", key=NEWEST_PER_CANDIDATE),
    priority=prioritise("trigger", {MatchTrigger.MANUAL: HEAD_START_OF_PEOPLE}),
    cancel=[cancel_on(CandidateDeleted, same=("tenant_id", "candidate_id"))],
)
async def generate_candidate_matches(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: MatchingDeps
) -> GeneratedMatches:
    """Match a candidate; when onboarding was approved, the candidate is then ready."""
    matched = await match_candidate(ctx, deps, event.tenant_id, event.candidate_id)
    is_now_ready = False
    if event.trigger is MatchTrigger.ONBOARDING_APPROVAL:
        is_now_ready = await ctx.step.run(
            "make-ready", make_candidate_ready, deps, event.tenant_id, event.candidate_id
        )
    return GeneratedMatches(trigger=event.trigger, candidate=matched, is_now_ready=is_now_ready)
