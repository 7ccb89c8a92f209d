"""``reset-completed-roles``: every midnight, roles that candidates still wait for are queued again.

Scrapers take the role with most waiting candidates first, and of equal ones what was never scraped,
then what was scraped longest ago.
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
from blacklight_matching.scraping.queue import (
    WantedTarget,
    queue_again,
    scraped_targets,
    waiting_candidates,
)

TARGETS_PER_CHUNK = 1_000
MAX_CHUNKS = 400
"""Two steps each, and a run has at most a thousand; what is left over is the next night's."""


@dataclass(frozen=True, slots=True)
class FoundTargets:
    """A page of completed targets.

    Attributes:
        wanted: Those that candidates wait for.
        last_target_id: Where the page ends.
        is_last: Whether no page follows.
    """

    wanted: list[WantedTarget]
    last_target_id: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class ResetRoles:
    """Result of a run.

    Attributes:
        targets: Roles and locations that were queued again.
    """

    targets: int


@workflow(
    id="reset-completed-roles",
    trigger=Cron("0 0 * * *"),
    retries=RETRY_CONFIG.scheduled,
    singleton=inngest.Singleton(mode="skip"),
)
async def reset_completed_roles(
    ctx: inngest.Context, tick: CronTick, deps: MatchingDeps
) -> ResetRoles:
    """Queue what is wanted again, chunk by chunk."""
    targets = after_target_id = 0
    for number in range(MAX_CHUNKS):
        found = await ctx.step.run(
            f"find-wanted-{number}",
            find_wanted,
            deps,
            tick.at,
            after_target_id,
            output_type=FoundTargets,
        )
        if found.wanted:
            targets += await ctx.step.run(f"queue-again-{number}", queue_wanted, deps, found.wanted)
        after_target_id = found.last_target_id
        if found.is_last:
            break
    return ResetRoles(targets=targets)


@translating_errors("find wanted targets")
async def find_wanted(deps: MatchingDeps, at: datetime, after_target_id: int) -> FoundTargets:
    """The next page of completed targets, and which of them candidates of any tenant wait for."""
    async with deps.database.global_session() as session:
        scraped = await scraped_targets(
            session, at, after_target_id=after_target_id, limit=TARGETS_PER_CHUNK
        )
    async with deps.database.system_session() as session:
        waiting = await waiting_candidates(session, [target.role_id for target in scraped])
    return FoundTargets(
        wanted=[
            WantedTarget(target.target_id, waiting[target.role_id])
            for target in scraped
            if target.role_id in waiting
        ],
        last_target_id=scraped[-1].target_id if scraped else after_target_id,
        is_last=len(scraped) < TARGETS_PER_CHUNK,
    )


@translating_errors("queue targets again")
async def queue_wanted(deps: MatchingDeps, wanted: list[WantedTarget]) -> int:
    """Put targets back into the queue; returns how many wait there now."""
    async with deps.database.global_session() as session:
        return await queue_again(session, wanted)
