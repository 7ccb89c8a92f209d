"""``cleanup-stale-sessions``: scraper sessions that went silent time out; others get their work.

A session that has timed out takes nothing new: the gateway refuses it. What it had begun to deliver
counts whole, because postings are counted by their import; see ``docs/matching-workflows.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import inngest
from blacklight_shared.workflows import (
    RETRY_CONFIG,
    Cron,
    CronTick,
    translating_errors,
    workflow,
)

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.scraping.sessions import SilentSession, silent_sessions, time_out

WORKFLOW_ID = "cleanup-stale-sessions"
SESSIONS_PER_CHUNK = 200
MAX_CHUNKS = 400
"""Two steps each, and a run has at most a thousand; what is left over is the next run's."""


@dataclass(frozen=True, slots=True)
class CleanedSessions:
    """Result of a run.

    Attributes:
        timed_out: Sessions that were ended.
    """

    timed_out: int


@workflow(
    id=WORKFLOW_ID,
    trigger=Cron("*/15 * * * *"),
    retries=RETRY_CONFIG.scheduled,
    singleton=inngest.Singleton(mode="skip"),
)
async def cleanup_stale_sessions(
    ctx: inngest.Context, tick: CronTick, deps: MatchingDeps
) -> CleanedSessions:
    """Time out what is silent, chunk by chunk."""
    timed_out = 0
    for number in range(MAX_CHUNKS):
        silent = await ctx.step.run(
            f"find-silent-{number}", find_silent, deps, tick.at, output_type=list[SilentSession]
        )
        if silent:
            timed_out += await ctx.step.run(
                f"time-out-{number}", time_out_chunk, deps, tick.at, silent
            )
        if len(silent) < SESSIONS_PER_CHUNK:
            break
    return CleanedSessions(timed_out=timed_out)


@translating_errors("find silent sessions")
async def find_silent(deps: MatchingDeps, at: datetime) -> list[SilentSession]:
    """The next chunk of silent sessions, of all tenants."""
    async with deps.database.system_session() as session:
        return await silent_sessions(session, at, limit=SESSIONS_PER_CHUNK)


@translating_errors("time out sessions")
async def time_out_chunk(deps: MatchingDeps, at: datetime, silent: list[SilentSession]) -> int:
    """Time out sessions, one tenant's transaction after the other; returns how many ended."""
    by_tenant: dict[int | None, list[str]] = {}
    for one in silent:
        by_tenant.setdefault(one.tenant_id, []).append(one.session_id)
    timed_out = 0
    for tenant_id, session_ids in by_tenant.items():
        async with deps.session(tenant_id) as session:
            timed_out += await time_out(session, session_ids, at, workflow_id=WORKFLOW_ID)
    return timed_out
