"""What the titles of postings, and the names of candidates' preferred roles, mean."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

from blacklight_shared.roles import (
    RoleMergeError,
    ensure_roles,
    is_generic_title,
    learn_aliases,
    merge_roles,
    normalise_title,
    resolve_titles,
)
from blacklight_shared.workflows import translating_errors

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.embedding_store import Subject
from blacklight_matching.embeddings.text import role_text
from blacklight_matching.roles.nearest import (
    PREFERRED_ROLE_THRESHOLD,
    TITLE_THRESHOLD,
    NearRole,
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
from blacklight_matching.steps.embedding import embed_stale


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
async def settle_preferred_roles(
    deps: MatchingDeps, tenant_id: int, candidate_id: int
) -> list[int]:
    """Merge a candidate's roles that wait for review into approved ones that are near enough.

    Args:
        deps: The worker's connections.
        tenant_id: The candidate's tenant.
        candidate_id: The candidate.

    Returns:
        The roles that were merged away; postings that have them are to be matched again.
    """
    async with deps.session(tenant_id) as session:
        pending = await pending_preferred_roles(session, candidate_id)
    near = await nearest_roles(deps, pending.keys(), threshold=PREFERRED_ROLE_THRESHOLD)
    merged = []
    for name, role in sorted(near.items()):
        async with deps.database.global_session() as session:
            # Somebody else merged it in the meantime: then it is settled too.
            with suppress(RoleMergeError):
                await merge_roles(session, source_id=pending[name], target_id=role.role_id)
                merged.append(pending[name])
    return merged
