"""``forget-deleted-candidate``: what was derived from a deleted candidate goes.

Matches that somebody has acted on stay, unseen, like the candidate's own row.
"""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.events import CandidateDeleted
from blacklight_shared.workflows import RETRY_CONFIG, tenant_step, workflow

from blacklight_matching.candidates import forget_derived
from blacklight_matching.deps import MatchingDeps
from blacklight_matching.matches.closing import remove_matches_of_candidate


@dataclass(frozen=True, slots=True)
class ForgottenCandidate:
    """Result of a run.

    Attributes:
        candidate_id: The candidate.
        removed: Matches that nobody had acted on.
    """

    candidate_id: int
    removed: int


@workflow(
    id="forget-deleted-candidate",
    trigger=CandidateDeleted,
    retries=RETRY_CONFIG.default,
)
async def forget_deleted_candidate(
    ctx: inngest.Context, event: CandidateDeleted, deps: MatchingDeps
) -> ForgottenCandidate:
    """Remove matches, features and the embedding; runs for the candidate are cancelled already."""
    removed = await tenant_step(
        ctx,
        "remove-matches",
        deps.database,
        event.tenant_id,
        remove_matches_of_candidate,
        event.tenant_id,
        event.candidate_id,
    )
    await tenant_step(
        ctx,
        "forget-derived",
        deps.database,
        event.tenant_id,
        forget_derived,
        event.candidate_id,
    )
    return ForgottenCandidate(candidate_id=event.candidate_id, removed=removed)
