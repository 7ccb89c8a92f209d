"""``backfill-embeddings``: everything that is matched gets an embedding of today's model and text.

A round goes once through all postings or candidates. What failed is tried again in the next round,
as long as rounds get anything done.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import inngest
from blacklight_shared.events import (
    BackfillEmbeddings,
    BackfillProgress,
    EmbeddedEntity,
    Event,
    JobsImported,
    RefreshCandidateMatches,
)
from blacklight_shared.workflows import (
    CONCURRENCY,
    RETRY_CONFIG,
    emit_progress,
    fan_out,
    workflow,
)

from blacklight_matching.deps import MatchingDeps
from blacklight_matching.embedding_backlog import OwnedIds
from blacklight_matching.steps.backfill import (
    EmbeddedBatch,
    StaleBatch,
    count_embeddable,
    embed_batch,
    find_stale,
)

BATCHES_PER_RUN = 200
"""Four steps each at most, and a run has at most a thousand; the next run goes on from there."""

MAX_ROUNDS = 10
MAX_FAILED_BATCHES = 5
"""In a row, because the model cannot be used: then the round is given up."""


class Ending(StrEnum):
    """How a run ended."""

    COMPLETE = "complete"
    """Nothing is missing or stale."""
    CONTINUED = "continued"
    """Another run goes on."""
    INCOMPLETE = "incomplete"
    """Something failed that another round does not mend; the log names it."""


@dataclass(frozen=True, slots=True)
class BackfilledEmbeddings:
    """Result of a run; the counts are those of its round, earlier runs included.

    Attributes:
        entity_type: What was embedded.
        round_number: Which round, from 1.
        looked_at: Postings or candidates that were looked at.
        embedded: New embeddings.
        failed: Postings or candidates that could not be embedded.
        ending: How the run ended.
    """

    entity_type: EmbeddedEntity
    round_number: int
    looked_at: int
    embedded: int
    failed: int
    ending: Ending


@workflow(
    id="backfill-embeddings",
    trigger=BackfillEmbeddings,
    retries=RETRY_CONFIG.scheduled,
    concurrency=[CONCURRENCY.bootstrap],
)
async def backfill_embeddings(
    ctx: inngest.Context, event: BackfillEmbeddings, deps: MatchingDeps
) -> BackfilledEmbeddings:
    """Embed batch after batch; have what was embedded matched again."""
    total = await ctx.step.run("count", count_embeddable, deps, event.entity_type)
    done = _Round(event.after_id, event.looked_at, event.embedded, event.failed)
    failed_in_a_row = 0
    for number in range(BATCHES_PER_RUN):
        found = await ctx.step.run(
            f"find-{number}",
            find_stale,
            deps,
            event.entity_type,
            done.after_id,
            event.batch_size,
            output_type=StaleBatch,
        )
        batch = await _embed(ctx, event, deps, number, found)
        failed_in_a_row = failed_in_a_row + 1 if batch.is_service_down else 0
        previous, done = done, done.after(found, batch)
        if found.is_last or failed_in_a_row == MAX_FAILED_BATCHES:
            return await _end_round(ctx, event, done)
        if done.percent(total) > previous.percent(total):
            await emit_progress(ctx, _progress(event, "embedding", done, done.percent(total)))
    await fan_out(ctx, "continue", [_next_run(event, done)])
    return _result(event, done, Ending.CONTINUED)


@dataclass(frozen=True, slots=True)
class _Round:
    """How far a round has come."""

    after_id: int
    looked_at: int
    embedded: int
    failed: int

    def after(self, found: StaleBatch, batch: EmbeddedBatch) -> _Round:
        return _Round(
            after_id=found.after_id,
            looked_at=self.looked_at + found.looked_at,
            embedded=self.embedded + batch.embedded,
            failed=self.failed + len(batch.failed_ids),
        )

    def percent(self, total: int) -> int:
        """Whole percent of the round; 100 is said at its end only."""
        return min(99, 100 * self.looked_at // max(total, 1))


async def _embed(
    ctx: inngest.Context,
    event: BackfillEmbeddings,
    deps: MatchingDeps,
    number: int,
    found: StaleBatch,
) -> EmbeddedBatch:
    if not found.groups:
        return EmbeddedBatch(embedded=0, failed_ids=[], is_service_down=False)

    async def embed() -> EmbeddedBatch:
        is_last_attempt = ctx.attempt >= RETRY_CONFIG.scheduled
        return await embed_batch(
            deps, event.entity_type, found.groups, is_last_attempt=is_last_attempt
        )

    batch = await ctx.step.run(f"embed-{number}", embed, output_type=EmbeddedBatch)
    failed = set(batch.failed_ids)
    embedded = [
        OwnedIds(group.tenant_id, [one for one in group.ids if one not in failed])
        for group in found.groups
    ]
    if batch.embedded:
        await fan_out(ctx, f"match-{number}", list(_matches_wanted(event.entity_type, embedded)))
    return batch


def _matches_wanted(entity: EmbeddedEntity, groups: list[OwnedIds]) -> Iterator[Event]:
    """Similarity is part of the score: what got an embedding is scored again."""
    for group in groups:
        if entity is EmbeddedEntity.JOBS and group.ids:
            yield JobsImported(job_ids=group.ids, source="backfill", tenant_id=group.tenant_id)
        elif group.tenant_id is not None:
            for candidate_id in group.ids:
                yield RefreshCandidateMatches(candidate_id=candidate_id, tenant_id=group.tenant_id)


async def _end_round(
    ctx: inngest.Context, event: BackfillEmbeddings, done: _Round
) -> BackfilledEmbeddings:
    is_worth_a_round = done.failed and done.embedded and event.round_number < MAX_ROUNDS
    await emit_progress(ctx, _progress(event, "done", done, 100))
    if is_worth_a_round:
        await fan_out(ctx, "next-round", [_next_round(event)])
        return _result(event, done, Ending.CONTINUED)
    if done.failed:
        ctx.logger.error("embeddings are still missing: %s of them failed", done.failed)
        return _result(event, done, Ending.INCOMPLETE)
    return _result(event, done, Ending.COMPLETE)


def _next_run(event: BackfillEmbeddings, done: _Round) -> BackfillEmbeddings:
    return event.model_copy(
        update={
            "after_id": done.after_id,
            "looked_at": done.looked_at,
            "embedded": done.embedded,
            "failed": done.failed,
        }
    )


def _next_round(event: BackfillEmbeddings) -> BackfillEmbeddings:
    return BackfillEmbeddings(
        entity_type=event.entity_type,
        batch_size=event.batch_size,
        round_number=event.round_number + 1,
    )


def _progress(event: BackfillEmbeddings, step: str, done: _Round, percent: int) -> BackfillProgress:
    return BackfillProgress(
        entity_type=event.entity_type,
        round_number=event.round_number,
        step=step,
        percent=percent,
        message=f"round {event.round_number}: {done.looked_at} looked at,"
        f" {done.embedded} embedded, {done.failed} failed",
    )


def _result(event: BackfillEmbeddings, done: _Round, ending: Ending) -> BackfilledEmbeddings:
    return BackfilledEmbeddings(
        entity_type=event.entity_type,
        round_number=event.round_number,
        looked_at=done.looked_at,
        embedded=done.embedded,
        failed=done.failed,
        ending=ending,
    )
