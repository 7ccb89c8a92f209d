"""``suggest-similar-roles``: new roles are compared with the approved ones, for their reviewers."""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.events import RolesCreated
from blacklight_shared.workflows import RETRY_CONFIG, workflow

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.steps.roles import suggest_similar_roles_for


@dataclass(frozen=True, slots=True)
class SuggestedRoles:
    """Result of a run.

    Attributes:
        roles: Roles under review for which something similar was found.
    """

    roles: int


@workflow(
    id="suggest-similar-roles",
    trigger=RolesCreated,
    retries=RETRY_CONFIG.default,
)
async def suggest_similar_roles(
    ctx: inngest.Context, event: RolesCreated, deps: MatchingDeps
) -> SuggestedRoles:
    """Find what a reviewer may want to merge the roles into."""
    roles = await ctx.step.run("suggest", suggest_similar_roles_for, deps, event.role_ids)
    return SuggestedRoles(roles=roles)
