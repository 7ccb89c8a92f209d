"""``update-job-embedding``: postings whose content or status changed are embedded and scored again.

Content hashes decide what has to be derived and embedded; scoring touches only what differs. A
posting that was closed loses its matches, and those that people acted on are closed with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import inngest
from blacklight_shared.events import JobPostingUpdated
from blacklight_shared.workflows import RETRY_CONFIG, batching, translating_errors, workflow

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.posting_owners import OwnedPostings, owners_of_postings
from blacklight_matching.steps.postings import MatchedPostings, match_postings


@dataclass(frozen=True, slots=True)
class UpdatedPostings:
    """Result of a run.

    Attributes:
        events: How many changes were collected.
        postings: What was done, for global postings and for each tenant's own.
    """

    events: int
    postings: list[MatchedPostings]


@workflow(
    id="update-job-embedding",
    trigger=JobPostingUpdated,
    retries=RETRY_CONFIG.default,
    batch=batching(max_size=100, timeout=timedelta(seconds=2)),
)
async def update_job_embedding(
    ctx: inngest.Context, events: list[JobPostingUpdated], deps: MatchingDeps
) -> UpdatedPostings:
    """Bring the postings of a batch of changes up to date."""
    postings = await ctx.step.run(
        "find-owners",
        find_owners,
        deps,
        sorted({event.job_id for event in events}),
        output_type=list[OwnedPostings],
    )
    matched = [
        await match_postings(
            ctx, deps, owned.source_tenant_id, owned.job_ids, prefix=_prefix(owned)
        )
        for owned in postings
    ]
    return UpdatedPostings(events=len(events), postings=matched)


@translating_errors("find owners of postings")
async def find_owners(deps: MatchingDeps, job_ids: list[int]) -> list[OwnedPostings]:
    """Who may see postings, of all tenants; postings that are gone are left out."""
    async with deps.database.system_session() as session:
        return await owners_of_postings(session, job_ids)


def _prefix(owned: OwnedPostings) -> str:
    return "global-" if owned.source_tenant_id is None else f"{owned.source_tenant_id}-"
