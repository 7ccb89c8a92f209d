"""What the titles of postings, and the names of candidates' preferred roles, mean."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from blacklight_shared.events import RoleDecision, RoleReviewed
from blacklight_shared.outbox import add_events
from blacklight_shared.roles import (
    RoleMergeError,
    ensure_roles,
    is_generic_title,
    learn_aliases,
    merge_roles,
    normalise_title,
    resolve_titles,
)
from blacklight_shared.telemetry import current_trace
from blacklight_shared.workflows import translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.embedding_store import Subject
from blacklight_matching.embeddings.text import role_text
from blacklight_matching.roles.nearest import (
    PREFERRED_ROLE_THRESHOLD,
    SUGGESTION_THRESHOLD,
    TITLE_THRESHOLD,
    NearRole,
    near_roles,
    nearest_role,
)
from blacklight_matching.roles.similarity import Titles
from blacklight_matching.roles.store import (
    approved_role_ids,
    assign_roles,
    load_approved_roles,
    pending_preferred_roles,
    posting_titles,
)
from blacklight_matching.roles.suggestions import (
    load_pending_roles,
    pending_role_ids,
    store_suggestions,
)
from blacklight_matching.steps.embedding import embed_stale

MAX_SUGGESTIONS = 5
"""For a role under review; a person reads them."""

ROLES_PER_STEP = 1_000


@dataclass(frozen=True, slots=True)
class ResolvedRoles:
    """What resolving the titles of postings did.

    Attributes:
        assigned: Postings that have another role now.
        learned: Titles that became another name of a role.
        created: Titles that became a new role, pending review.
    """

    assigned: int
    learned: int
    created: int


@translating_errors("resolve roles")
async def resolve_posting_roles(
    deps: MatchingDeps, tenant_id: int | None, job_ids: Sequence[int]
) -> ResolvedRoles:
    """Give postings the roles of their titles.

    A title means the role of that name or alias; else the nearest approved role, if it is near
    enough, whose alias it becomes; else a new role.

    Args:
        deps: The worker's connections.
        tenant_id: Whose postings are seen besides global ones.
        job_ids: The postings.
    """
    async with deps.session(tenant_id) as session:
        postings = await posting_titles(session, job_ids)
        titles = {posting.title for posting in postings}
        known = await resolve_titles(session, titles)
    unknown = titles - known.keys()
    near = await nearest_roles(deps, unknown, threshold=TITLE_THRESHOLD)
    async with deps.session(tenant_id) as session:
        learned = await learn_aliases(
            session, {title: role.role_id for title, role in near.items()}
        )
        await ensure_roles(session, unknown - near.keys())
        # Once more, so that everyone ends with what the database says, whoever wrote it first.
        role_ids = await resolve_titles(session, titles)
        assigned = await assign_roles(session, postings, role_ids)
    created = {normalise_title(title) for title in unknown - near.keys()} - {""}
    return ResolvedRoles(assigned=assigned, learned=learned, created=len(created))


async def nearest_roles(
    deps: MatchingDeps, titles: Collection[str], *, threshold: float
) -> dict[str, NearRole]:
    """Find approved roles near to titles that no name resolves.

    Titles without a field of work ("Manager") are near to everything and are left out.

    Args:
        deps: The worker's connections.
        titles: As people wrote them.
        threshold: The least similarity.

    Returns:
        Roles by title; titles that nothing is near enough to are left out.
    """
    forms = {title: normalise_title(title) for title in titles}
    comparable = sorted({form for form in forms.values() if form and not is_generic_title(form)})
    if not comparable:
        return {}
    async with deps.database.global_session() as session:
        role_ids = await approved_role_ids(session)
    await embed_stale(deps, Subject.ROLE, None, role_ids)
    vectors = await deps.embeddings.embed([role_text(form) for form in comparable], kind="query")
    async with deps.database.global_session() as session:
        approved = await load_approved_roles(session, deps.space)
    found = await asyncio.to_thread(nearest_role, Titles(comparable, vectors), approved)
    near = {
        form: role
        for form, role in zip(comparable, found, strict=False)  # none when there are no roles
        if role.similarity >= threshold
    }
    return {title: near[form] for title, form in forms.items() if form in near}


@translating_errors("settle preferred roles")
async def settle_preferred_roles(deps: MatchingDeps, tenant_id: int, candidate_id: int) -> int:
    """Merge a candidate's roles that wait for review into approved ones that are near enough.

    What else has these roles is matched again by who handles ``role/reviewed``.

    Args:
        deps: The worker's connections.
        tenant_id: The candidate's tenant.
        candidate_id: The candidate.

    Returns:
        How many roles were merged away.
    """
    async with deps.session(tenant_id) as session:
        pending = await pending_preferred_roles(session, candidate_id)
    near = await nearest_roles(deps, pending.keys(), threshold=PREFERRED_ROLE_THRESHOLD)
    merged = 0
    for name, role in sorted(near.items()):
        # Somebody else decided about one of the two in the meantime: then that holds.
        with suppress(RoleMergeError):
            async with deps.database.global_session() as session:
                await merge_roles(session, source_id=pending[name], target_id=role.role_id)
                event = RoleReviewed(role_id=pending[name], decision=RoleDecision.MERGED)
                await add_events(session, [event], tenant_id=None, trace_context=current_trace())
            merged += 1
    return merged


@translating_errors("suggest similar roles")
async def suggest_similar_roles_for(deps: MatchingDeps, role_ids: Sequence[int]) -> int:
    """Remember which approved roles are similar to roles that wait for review.

    Args:
        deps: The worker's connections.
        role_ids: The roles; those that are no longer under review are left out.

    Returns:
        How many roles have suggestions.
    """
    async with deps.database.global_session() as session:
        approved = await approved_role_ids(session)
    await embed_stale(deps, Subject.ROLE, None, [*approved, *role_ids])
    return await _suggest(deps, role_ids, among=None)


@translating_errors("suggest approved role")
async def suggest_approved_role(deps: MatchingDeps, role_id: int, after_role_id: int) -> int | None:
    """Suggest a role that was just approved to the next of those that wait for review.

    Args:
        deps: The worker's connections.
        role_id: The role.
        after_role_id: Where the call before ended, 0 at first.

    Returns:
        Where this call ended; None when it was the last.
    """
    async with deps.database.global_session() as session:
        page = await pending_role_ids(session, after_role_id=after_role_id, limit=ROLES_PER_STEP)
    await embed_stale(deps, Subject.ROLE, None, [role_id, *page])
    await _suggest(deps, page, among=[role_id])
    return page[-1] if len(page) == ROLES_PER_STEP else None


async def _suggest(
    deps: MatchingDeps, role_ids: Sequence[int], *, among: Sequence[int] | None
) -> int:
    async with deps.database.global_session() as session:
        pending = await load_pending_roles(session, role_ids, deps.space)
        approved = await load_approved_roles(session, deps.space, only=among)
    near = await asyncio.to_thread(near_roles, pending.titles, approved, limit=MAX_SUGGESTIONS)
    suggestions = {
        role_id: similar
        for role_id, found in zip(pending.role_ids, near, strict=True)
        if (similar := [role for role in found if role.similarity >= SUGGESTION_THRESHOLD])
    }
    async with deps.database.global_session() as session:
        await store_suggestions(session, suggestions)
    return len(suggestions)
