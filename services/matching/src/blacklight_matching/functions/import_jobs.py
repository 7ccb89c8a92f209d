"""``import-jobs``: coordinates an import from several sources, from the request to one summary."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import inngest
from blacklight_shared.events import (
    JobImportProgress,
    JobImportRequested,
    JobSourceCompleted,
    JobSourceProcess,
)
from blacklight_shared.workflows import (
    RETRY_CONFIG,
    Failure,
    emit_progress,
    fan_out_and_wait,
    translating_errors,
    workflow,
)

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.steps.imports import (
    ImportSummary,
    fail_source,
    finish_import,
    list_sources,
)
from blacklight_matching.vector_index import VectorIndexState, keep_vector_index

LONGEST_SOURCE = timedelta(hours=24)
"""From its turn to its last match; a source that takes longer counts as failed."""


@dataclass(frozen=True, slots=True)
class ImportedJobs:
    """Result of a run.

    Attributes:
        summary: What became of the sources.
        vector_index: What was done about the index over the postings' vectors.
    """

    summary: ImportSummary
    vector_index: VectorIndexState


@workflow(id="import-jobs", trigger=JobImportRequested, retries=RETRY_CONFIG.default)
async def import_jobs(
    ctx: inngest.Context, event: JobImportRequested, deps: MatchingDeps
) -> ImportedJobs:
    """Have each source processed, and go on when the last one has ended.

    The waits are planned together with the events that start the sources, and each end is an event
    that is owed in the transaction of the last match: none can be missed.
    """
    batch_ids = await ctx.step.run(
        "list-sources", list_sources, deps, event.tenant_id, event.batch_id
    )
    await emit_progress(ctx, _progress(event, "sources", 0, f"{len(batch_ids)} sources"))
    payloads = [
        JobSourceProcess(batch_id=batch_id, import_id=event.batch_id, tenant_id=event.tenant_id)
        for batch_id in batch_ids
    ]
    await fan_out_and_wait(
        ctx,
        "source",
        payloads,
        completed=JobSourceCompleted,
        same=("batch_id", "import_id"),
        timeout=LONGEST_SOURCE,
    )
    await emit_progress(ctx, _progress(event, "index", 90, "All sources have ended"))
    vector_index = await ctx.step.run(
        "index-vectors", index_vectors, deps, output_type=VectorIndexState
    )
    summary = await ctx.step.run(
        "finish",
        finish_import,
        deps,
        event.tenant_id,
        event.batch_id,
        output_type=ImportSummary,
    )
    await emit_progress(ctx, _progress(event, "done", 100, _told(summary)))
    return ImportedJobs(summary=summary, vector_index=vector_index)


@import_jobs.on_failure
async def give_up(
    ctx: inngest.Context, failure: Failure[JobImportRequested], deps: MatchingDeps
) -> None:
    """Say on the import that it could not be coordinated; its sources go on by themselves."""
    event = failure.payload
    await ctx.step.run(
        "fail", fail_source, deps, event.tenant_id, event.batch_id, failure.error.message
    )


@translating_errors("index vectors")
async def index_vectors(deps: MatchingDeps) -> VectorIndexState:
    """Bring the index over the postings' vectors up to date, where one is wanted."""
    async with deps.database.global_session() as session:
        return await keep_vector_index(session, deps.space, min_vectors=deps.job_vector_index_from)


def _progress(
    event: JobImportRequested, step: str, percent: float, message: str
) -> JobImportProgress:
    return JobImportProgress(
        batch_id=event.batch_id,
        tenant_id=event.tenant_id,
        step=step,
        percent=percent,
        message=message,
    )


def _told(summary: ImportSummary) -> str:
    return (
        f"{summary.jobs_new} postings are new, {summary.jobs_updated} changed,"
        f" {summary.failed_sources} of {len(summary.sources)} sources failed"
    )
