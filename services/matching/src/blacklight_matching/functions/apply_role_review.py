"""``apply-role-review``: a decision about a role reaches the postings and candidates that have it.

The decision itself is in force already: everything that scores follows merges and leaves rejected
roles out. Here rows are moved to the role that a merge leaves, and matched again, in chunks.
"""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.events import RoleDecision, RoleReviewed
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.steps.role_members import (
    members_of_role,
    pass_on_candidates,
    pass_on_postings,
)
from blacklight_matching.steps.roles import suggest_approved_role


@dataclass(frozen=True, slots=True)
class AppliedReview:
    """Result of a run.

    Attributes:
        decision: What was decided.
        postings: Active postings that are matched again.
        candidates: Candidates that are matched again.
    """

    decision: RoleDecision
    postings: int
    candidates: int


@workflow(
    id="apply-role-review",
    trigger=RoleReviewed,
    retries=RETRY_CONFIG.default,
    concurrency=[inngest.Concurrency(limit=1, key="event.data.role_id")],
)
async def apply_role_review(
    ctx: inngest.Context, event: RoleReviewed, deps: MatchingDeps
) -> AppliedReview:
    """Do what a decision asks for.

    A merge moves postings and candidates and matches both. A rejection ends the matches of the
    role's postings, and taking it back makes them again; candidates keep their wish. An approval
    changes no match, since roles under review match already: it makes a new suggestion.
    """
    postings = candidates = 0
    if event.decision is RoleDecision.MERGED:
        roles = await ctx.step.run("find-roles", members_of_role, deps, event.role_id)
        postings = await pass_on_postings(ctx, deps, roles[1:], to_role=roles[0])
        candidates = await pass_on_candidates(ctx, deps, roles[1:], to_role=roles[0])
    elif event.decision in (RoleDecision.REJECTED, RoleDecision.REINSTATED):
        roles = await ctx.step.run("find-roles", members_of_role, deps, event.role_id)
        postings = await pass_on_postings(ctx, deps, roles, to_role=None)
    if event.decision in (RoleDecision.APPROVED, RoleDecision.REINSTATED):
        await _suggest(ctx, deps, event.role_id)
    return AppliedReview(event.decision, postings=postings, candidates=candidates)


async def _suggest(ctx: inngest.Context, deps: MatchingDeps, role_id: int) -> None:
    after_role_id: int | None = 0
    page = 0
    while after_role_id is not None:
        after_role_id = await ctx.step.run(
            f"suggest-{page}", suggest_approved_role, deps, role_id, after_role_id
        )
        page += 1
