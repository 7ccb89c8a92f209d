"""``process-job-source``: one source of an import is fetched and received; others match it."""

from __future__ import annotations

from dataclasses import dataclass

import inngest
from blacklight_shared.events import JobSourceProcess
from blacklight_shared.workflows import RETRY_CONFIG, Failure, per_tenant, workflow

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.steps.imports import (
    SourceCounts,
    fail_source,
    fetch_source,
    receive_source,
)


@dataclass(frozen=True, slots=True)
class ProcessedSource:
    """Result of a run.

    Attributes:
        batch_id: The source's batch.
        counts: What became of its rows.
    """

    batch_id: int
    counts: SourceCounts


@workflow(
    id="process-job-source",
    trigger=JobSourceProcess,
    retries=RETRY_CONFIG.default,
    concurrency=[per_tenant(3)],
)
async def process_job_source(
    ctx: inngest.Context, event: JobSourceProcess, deps: MatchingDeps
) -> ProcessedSource:
    """Keep what the source says, then receive it chunk by chunk.

    Each chunk is a transaction that also owes the event which has its postings matched. Whoever
    matches the last one ends the source.
    """
    of_source = (deps, event.tenant_id, event.batch_id)
    await ctx.step.run("fetch", fetch_source, *of_source)
    counts = await ctx.step.run("receive", receive_source, *of_source, output_type=SourceCounts)
    return ProcessedSource(batch_id=event.batch_id, counts=counts)


@process_job_source.on_failure
async def give_up(
    ctx: inngest.Context, failure: Failure[JobSourceProcess], deps: MatchingDeps
) -> None:
    """Say on the source why it failed; what it brought so far stays."""
    event = failure.payload
    await ctx.step.run(
        "fail", fail_source, deps, event.tenant_id, event.batch_id, failure.error.message
    )
