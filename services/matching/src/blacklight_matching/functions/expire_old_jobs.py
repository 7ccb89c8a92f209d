"""``expire-old-jobs``: every night, postings that are too old or past their end are closed.

Their matches go, except those that somebody has acted on, which stay, marked as closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add

import inngest
from blacklight_shared.workflows import (
    RETRY_CONFIG,
    Cron,
    CronTick,
    translating_errors,
    workflow,
)

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.expiry import due_postings, expire
from blacklight_matching.matches.closing import EndedMatches, end_matches, tenants_with_matches
from blacklight_matching.metrics import MATCHES_REMOVED, POSTINGS_EXPIRED
from blacklight_matching.posting_owners import owners_of_postings

POSTINGS_PER_CHUNK = 1_000
MAX_CHUNKS = 400
"""Two steps each, and a run has at most a thousand; what is left over is the next night's."""


@dataclass(frozen=True, slots=True)
class ExpiredChunk:
    """What became of a chunk, or of all of them together.

    Attributes:
        postings: Postings that expired.
        matches: What became of their matches.
    """

    postings: int
    matches: EndedMatches

    def __add__(self, other: ExpiredChunk) -> ExpiredChunk:
        return ExpiredChunk(self.postings + other.postings, self.matches + other.matches)


NOTHING = ExpiredChunk(postings=0, matches=EndedMatches(removed=0, closed=0))


@dataclass(frozen=True, slots=True)
class ExpiredJobs:
    """Result of a run.

    Attributes:
        total: What became of all chunks.
        chunks: How many there were.
        is_complete: Whether nothing that is due was left for the next run.
    """

    total: ExpiredChunk
    chunks: int
    is_complete: bool


@workflow(
    id="expire-old-jobs",
    trigger=Cron("0 3 * * *"),
    retries=RETRY_CONFIG.scheduled,
    singleton=inngest.Singleton(mode="skip"),
)
async def expire_old_jobs(ctx: inngest.Context, tick: CronTick, deps: MatchingDeps) -> ExpiredJobs:
    """Expire what is due, chunk by chunk."""
    done: list[ExpiredChunk] = []
    after_job_id = 0
    while len(done) < MAX_CHUNKS:
        job_ids = await ctx.step.run(f"find-due-{len(done)}", find_due, deps, tick.at, after_job_id)
        if job_ids:
            chunk = await ctx.step.run(
                f"expire-{len(done)}",
                expire_chunk,
                deps,
                tick.at,
                job_ids,
                output_type=ExpiredChunk,
            )
            done.append(chunk)
            after_job_id = job_ids[-1]
        if len(job_ids) < POSTINGS_PER_CHUNK:
            return ExpiredJobs(reduce(add, done, NOTHING), len(done), is_complete=True)
    ctx.logger.warning("more postings are due than a run can expire")
    return ExpiredJobs(reduce(add, done, NOTHING), len(done), is_complete=False)


@translating_errors("find due postings")
async def find_due(deps: MatchingDeps, at: datetime, after_job_id: int) -> list[int]:
    """The next chunk of due postings, of all tenants: ids only."""
    async with deps.database.system_session() as session:
        return await due_postings(session, at, after_job_id=after_job_id, limit=POSTINGS_PER_CHUNK)


@translating_errors("expire postings")
async def expire_chunk(deps: MatchingDeps, at: datetime, job_ids: list[int]) -> ExpiredChunk:
    """Expire postings, one owner's transaction after the other; then end their matches.

    Matches wait until the new status is committed, so that no run that still scores the postings
    can bring them back.
    """
    async with deps.database.system_session() as session:
        owners = await owners_of_postings(session, job_ids)
        tenant_ids = await tenants_with_matches(session, job_ids)
    postings = 0
    for owned in owners:
        async with deps.session(owned.source_tenant_id) as session:
            postings += await expire(session, owned.job_ids, at)
    matches = NOTHING.matches
    for tenant_id in tenant_ids:
        async with deps.database.tenant_session(tenant_id) as session:
            matches += await end_matches(session, tenant_id, job_ids)
    POSTINGS_EXPIRED.inc(postings)
    MATCHES_REMOVED.inc(matches.removed)
    return ExpiredChunk(postings=postings, matches=matches)
