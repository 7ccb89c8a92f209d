"""What has a role is moved to another one, or only matched again: page by page, by events."""

from __future__ import annotations

import inngest
from blacklight_shared.events import MAX_JOBS_PER_EVENT, JobsImported, RefreshCandidateMatches
from blacklight_shared.workflows import NotFoundError, fan_out, translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.posting_owners import OwnedPostings
from blacklight_matching.roles.members import (
    OwnedCandidates,
    candidates_of_roles,
    move_candidates,
    move_postings,
    postings_of_roles,
    role_and_merged,
)

POSTINGS_PER_PAGE = 10_000
"""Ten events of a thousand."""

CANDIDATES_PER_PAGE = 1_000
"""An event each: a candidate meets all postings of the role that is new to them."""

SOURCE = "role-review"
"""Stands in the events in place of where the postings came from."""


@translating_errors("find roles")
async def members_of_role(deps: MatchingDeps, role_id: int) -> list[int]:
    """The role that a role stands for, then all that were merged into that one.

    Raises:
        NotFoundError: There is no such role.
    """
    async with deps.database.global_session() as session:
        roles = await role_and_merged(session, role_id)
    if not roles:
        raise NotFoundError("role", role_id)
    return roles


async def pass_on_postings(
    ctx: inngest.Context, deps: MatchingDeps, role_ids: list[int], *, to_role: int | None
) -> int:
    """Have the active postings of roles matched again.

    Args:
        ctx: The run.
        deps: The worker's connections.
        role_ids: The roles, as the postings have them.
        to_role: The role that they get; None to keep theirs.

    Returns:
        How many postings there were.
    """
    count = after_job_id = page = 0
    while True:
        owners = await ctx.step.run(
            f"find-postings-{page}",
            find_postings,
            deps,
            role_ids,
            after_job_id,
            output_type=list[OwnedPostings],
        )
        if not owners:
            return count
        if to_role is not None:
            await ctx.step.run(
                f"move-postings-{page}", move_postings_of, deps, owners, role_ids, to_role
            )
        await fan_out(ctx, f"match-postings-{page}", _chunks(owners))
        count += sum(len(owned.job_ids) for owned in owners)
        after_job_id = max(owned.job_ids[-1] for owned in owners)
        page += 1


async def pass_on_candidates(
    ctx: inngest.Context, deps: MatchingDeps, role_ids: list[int], *, to_role: int
) -> int:
    """Let the candidates of roles prefer another one, and have them matched again.

    Args:
        ctx: The run.
        deps: The worker's connections.
        role_ids: The roles, as the candidates have them.
        to_role: The role that they get.

    Returns:
        How many candidates are matched again.
    """
    count = after_candidate_id = page = 0
    while True:
        owners = await ctx.step.run(
            f"find-candidates-{page}",
            find_candidates,
            deps,
            role_ids,
            after_candidate_id,
            output_type=list[OwnedCandidates],
        )
        if not owners:
            return count
        await ctx.step.run(
            f"move-candidates-{page}", move_candidates_of, deps, owners, role_ids, to_role
        )
        events = [
            RefreshCandidateMatches(candidate_id=candidate_id, tenant_id=owned.tenant_id)
            for owned in owners
            for candidate_id in owned.matchable_ids
        ]
        if events:
            await fan_out(ctx, f"match-candidates-{page}", events)
        count += len(events)
        after_candidate_id = max(owned.candidate_ids[-1] for owned in owners)
        page += 1


@translating_errors("find postings of roles")
async def find_postings(
    deps: MatchingDeps, role_ids: list[int], after_job_id: int
) -> list[OwnedPostings]:
    """The next page of active postings of roles, of all tenants: ids only."""
    async with deps.database.system_session() as session:
        return await postings_of_roles(
            session, role_ids, after_job_id=after_job_id, limit=POSTINGS_PER_PAGE
        )


@translating_errors("move postings")
async def move_postings_of(
    deps: MatchingDeps, owners: list[OwnedPostings], from_roles: list[int], to_role: int
) -> None:
    """Give postings another role, one owner's transaction after the other."""
    for owned in owners:
        async with deps.session(owned.source_tenant_id) as session:
            await move_postings(session, owned.job_ids, from_roles=from_roles, to_role=to_role)


@translating_errors("find candidates of roles")
async def find_candidates(
    deps: MatchingDeps, role_ids: list[int], after_candidate_id: int
) -> list[OwnedCandidates]:
    """The next page of candidates who prefer roles, of all tenants: ids only."""
    async with deps.database.system_session() as session:
        return await candidates_of_roles(
            session,
            role_ids,
            after_candidate_id=after_candidate_id,
            limit=CANDIDATES_PER_PAGE,
        )


@translating_errors("move candidates")
async def move_candidates_of(
    deps: MatchingDeps, owners: list[OwnedCandidates], from_roles: list[int], to_role: int
) -> None:
    """Let candidates prefer another role, one tenant's transaction after the other."""
    for owned in owners:
        async with deps.database.tenant_session(owned.tenant_id) as session:
            await move_candidates(
                session, owned.candidate_ids, from_roles=from_roles, to_role=to_role
            )


def _chunks(owners: list[OwnedPostings]) -> list[JobsImported]:
    return [
        JobsImported(
            job_ids=owned.job_ids[start : start + MAX_JOBS_PER_EVENT],
            source=SOURCE,
            tenant_id=owned.source_tenant_id,
        )
        for owned in owners
        for start in range(0, len(owned.job_ids), MAX_JOBS_PER_EVENT)
    ]
