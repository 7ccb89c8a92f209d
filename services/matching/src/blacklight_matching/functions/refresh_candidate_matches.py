"""``refresh-candidate-matches``: a candidate's matches are brought up to date.

The scoring is that of ``generate-candidate-matches``, so new postings are found as well. Two things
differ: the candidate's status never changes, and nobody waits for it, so it has no head start.
"""

from __future__ import annotations

import inngest
from blacklight_shared.events import CandidateDeleted, RefreshCandidateMatches
from blacklight_shared.workflows import CONCURRENCY, RETRY_CONFIG, cancel_on, workflow

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.steps.candidates import MatchedCandidate, match_candidate


@workflow(
    id="refresh-candidate-matches",
    trigger=RefreshCandidateMatches,
    retries=RETRY_CONFIG.default,
    concurrency=[CONCURRENCY.analysis],
    singleton=inngest.Singleton(mode="cancel", key="event.data.candidate_id"),
    cancel=[cancel_on(CandidateDeleted, same=("tenant_id", "candidate_id"))],
)
async def refresh_candidate_matches(
    ctx: inngest.Context, event: RefreshCandidateMatches, deps: MatchingDeps
) -> MatchedCandidate:
    """Match a candidate again."""
    return await match_candidate(ctx, deps, event.tenant_id, event.candidate_id)
