"""``match-jobs-to-candidates``: a chunk of new or changed postings meets all candidates."""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.events import JobImportProgress, JobsImported
from blacklight_shared.workflows import (
    CONCURRENCY,
    RETRY_CONFIG,
    Failure,
    emit_progress,
    workflow,
)

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.steps.batches import BatchProgress, finish_chunk, give_up_batch
from blacklight_matching.steps.postings import MatchedPostings, match_postings


@dataclass(frozen=True, slots=True)
class MatchedChunk:
    """Result of a run.

    Attributes:
        batch_id: The import, if the postings came with one.
        chunk_number: Which chunk of it.
        source: Where the postings came from.
        postings: What matching them did.
    """

    batch_id: int | None
    chunk_number: int | None
    source: str
    postings: MatchedPostings


@workflow(
    id="match-jobs-to-candidates",
    trigger=JobsImported,
    retries=RETRY_CONFIG.default,
    concurrency=[CONCURRENCY.analysis],
)
async def match_jobs_to_candidates(
    ctx: inngest.Context, event: JobsImported, deps: MatchingDeps
) -> MatchedChunk:
    """Match a chunk of postings; chunks of one import run beside each other."""
    matched = await match_postings(ctx, deps, event.tenant_id, event.job_ids)
    if event.batch_id is not None and event.chunk_number is not None:
        progress = await ctx.step.run(
            "finish-chunk",
            finish_chunk,
            deps,
            event.tenant_id,
            event.batch_id,
            event.chunk_number,
            matched.matches,
            output_type=BatchProgress,
        )
        await emit_progress(ctx, _progress(event, event.batch_id, progress))
    return MatchedChunk(
        batch_id=event.batch_id,
        chunk_number=event.chunk_number,
        source=event.source,
        postings=matched,
    )


@match_jobs_to_candidates.on_failure
async def give_up(ctx: inngest.Context, failure: Failure[JobsImported], deps: MatchingDeps) -> None:
    """Say on the batch that a chunk could not be matched."""
    event = failure.payload
    if event.batch_id is not None and event.chunk_number is not None:
        await ctx.step.run(
            "fail-batch",
            give_up_batch,
            deps,
            event.tenant_id,
            event.batch_id,
            event.chunk_number,
            failure.error.name,
        )


def _progress(event: JobsImported, batch_id: int, progress: BatchProgress) -> JobImportProgress:
    return JobImportProgress(
        batch_id=batch_id,
        tenant_id=event.tenant_id,
        step="matching",
        percent=progress.percent,
        message=f"{progress.chunks_done} of {progress.chunks} chunks are matched",
    )
