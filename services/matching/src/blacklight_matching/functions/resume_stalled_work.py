"""``resume-stalled-work``: what an outage left unfinished goes on.

A run whose steps fail for good says so in the database, unless the database is what failed. Then an
import, a CV or a candidate would wait for ever. Here they get the events again that set them going.
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
from blacklight_matching.stalled.candidates import (
    UnmatchedCandidate,
    match_again,
    unmatched_candidates,
)
from blacklight_matching.stalled.imports import (
    Outcome,
    StalledImport,
    resume_import,
    stalled_imports,
)
from blacklight_matching.stalled.limits import ImportPatience
from blacklight_matching.stalled.resumes import Owner, UnreadResume, read_again, unread_resumes

PER_PAGE = 100
MAX_PAGES = 50
"""Of each kind, and two steps each; what is left over is the next run's."""


@dataclass(frozen=True, slots=True)
class ResumedWork:
    """Result of a run.

    Attributes:
        imports: Imports that go on.
        imports_failed: Imports that were given up.
        resumes: CVs that are read again, of candidates and of invited people.
        candidates: Candidates who are matched again.
    """

    imports: int
    imports_failed: int
    resumes: int
    candidates: int


@dataclass(frozen=True, slots=True)
class ResumedImports:
    """What became of a page of imports.

    Attributes:
        resumed: How many go on.
        failed: How many were given up.
    """

    resumed: int
    failed: int


@workflow(
    id="resume-stalled-work",
    trigger=Cron("*/15 * * * *"),
    retries=RETRY_CONFIG.scheduled,
    singleton=inngest.Singleton(mode="skip"),
)
async def resume_stalled_work(
    ctx: inngest.Context, tick: CronTick, deps: MatchingDeps
) -> ResumedWork:
    """Set going again what stands still, page by page; CVs first, which have candidates matched."""
    imports = await _resume_imports(ctx, deps, tick.at)
    resumes = sum([await _resume_resumes(ctx, deps, owner, tick.at) for owner in Owner])
    candidates = await _resume_candidates(ctx, deps, tick.at)
    return ResumedWork(imports.resumed, imports.failed, resumes, candidates)


async def _resume_imports(ctx: inngest.Context, deps: MatchingDeps, at: datetime) -> ResumedImports:
    resumed = failed = 0
    for page in range(MAX_PAGES):
        found = await ctx.step.run(
            f"find-imports-{page}", find_imports, deps, at, output_type=list[StalledImport]
        )
        if found:
            done = await ctx.step.run(
                f"resume-imports-{page}",
                resume_imports,
                deps,
                at,
                found,
                output_type=ResumedImports,
            )
            resumed, failed = resumed + done.resumed, failed + done.failed
        if len(found) < PER_PAGE:
            break
    return ResumedImports(resumed, failed)


async def _resume_resumes(
    ctx: inngest.Context, deps: MatchingDeps, owner: Owner, at: datetime
) -> int:
    resumed = 0
    for page in range(MAX_PAGES):
        found = await ctx.step.run(
            f"find-{owner}-resumes-{page}",
            find_resumes,
            deps,
            owner,
            at,
            output_type=list[UnreadResume],
        )
        if found:
            resumed += await ctx.step.run(
                f"read-{owner}-resumes-{page}", read_resumes, deps, owner, at, found
            )
        if len(found) < PER_PAGE:
            break
    return resumed


async def _resume_candidates(ctx: inngest.Context, deps: MatchingDeps, at: datetime) -> int:
    resumed = 0
    for page in range(MAX_PAGES):
        found = await ctx.step.run(
            f"find-candidates-{page}",
            find_candidates,
            deps,
            at,
            output_type=list[UnmatchedCandidate],
        )
        if found:
            resumed += await ctx.step.run(
                f"match-candidates-{page}", match_candidates, deps, at, found
            )
        if len(found) < PER_PAGE:
            break
    return resumed


@translating_errors("find stalled imports")
async def find_imports(deps: MatchingDeps, at: datetime) -> list[StalledImport]:
    """The next page of imports that stand still, of all tenants."""
    async with deps.database.system_session() as session:
        return await stalled_imports(session, at, _patience(deps), limit=PER_PAGE)


@translating_errors("resume imports")
async def resume_imports(
    deps: MatchingDeps, at: datetime, found: list[StalledImport]
) -> ResumedImports:
    """Have imports go on, each in a transaction of its own."""
    outcomes: list[Outcome] = []
    for stalled in found:
        async with deps.session(stalled.tenant_id) as session:
            outcomes.append(await resume_import(session, stalled.batch_id, at, _patience(deps)))
    return ResumedImports(outcomes.count(Outcome.RESUMED), outcomes.count(Outcome.FAILED))


@translating_errors("find unread CVs")
async def find_resumes(deps: MatchingDeps, owner: Owner, at: datetime) -> list[UnreadResume]:
    """The next page of CVs that are unread for long, of all tenants."""
    async with deps.database.system_session() as session:
        return await unread_resumes(session, owner, at, limit=PER_PAGE)


@translating_errors("read CVs again")
async def read_resumes(
    deps: MatchingDeps, owner: Owner, at: datetime, found: list[UnreadResume]
) -> int:
    """Have CVs read again, one tenant's transaction after the other; returns how many."""
    by_tenant: dict[int, list[int]] = {}
    for unread in found:
        by_tenant.setdefault(unread.tenant_id, []).append(unread.document_id)
    count = 0
    for tenant_id, document_ids in by_tenant.items():
        async with deps.database.tenant_session(tenant_id) as session:
            count += await read_again(session, owner, tenant_id, document_ids, at)
    return count


@translating_errors("find unmatched candidates")
async def find_candidates(deps: MatchingDeps, at: datetime) -> list[UnmatchedCandidate]:
    """The next page of candidates who wait for their matches for long, of all tenants."""
    async with deps.database.system_session() as session:
        return await unmatched_candidates(session, at, limit=PER_PAGE)


@translating_errors("match candidates again")
async def match_candidates(
    deps: MatchingDeps, at: datetime, found: list[UnmatchedCandidate]
) -> int:
    """Have candidates matched again, one tenant's transaction after the other; returns how many."""
    by_tenant: dict[int, list[int]] = {}
    for unmatched in found:
        by_tenant.setdefault(unmatched.tenant_id, []).append(unmatched.candidate_id)
    count = 0
    for tenant_id, candidate_ids in by_tenant.items():
        async with deps.database.tenant_session(tenant_id) as session:
            count += await match_again(session, tenant_id, candidate_ids, at)
    return count


def _patience(deps: MatchingDeps) -> ImportPatience:
    return ImportPatience.with_feed_timeout(deps.feed_rules.timeout)
