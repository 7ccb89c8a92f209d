"""Flow control, on the engine."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import inngest
from blacklight_devstack.engine_testing import wait_until
from blacklight_devstack.worker_testing import APP_ID, RecordingDeps, WorkerUnderTest
from blacklight_shared.events import (
    CandidateDeleted,
    GenerateCandidateMatches,
    JobPostingUpdated,
    MatchTrigger,
    RefreshCandidateMatches,
    ResumeProgress,
    ResumeUploaded,
)
from blacklight_shared.workflows import (
    CONCURRENCY,
    Service,
    batching,
    cancel_on,
    one_per,
    per_tenant,
    prioritise,
    rate_limit_delay,
    with_rate_limit,
    workflow,
)

TENANT_LIMIT = 2


async def overlap(deps: RecordingDeps, key: str, awaited: int) -> int:
    """How many of a kind are at work at once; waits a second for as many as ``awaited``."""
    deps.note(f"{key} started")
    most = 0
    for _ in range(50):
        most = max(most, deps.calls[f"{key} started"] - deps.calls[f"{key} done"])
        if most >= awaited:
            break
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.05)
    most = max(most, deps.calls[f"{key} started"] - deps.calls[f"{key} done"])
    deps.note(f"{key} done")
    return most


@workflow(
    id="few-per-tenant",
    trigger=RefreshCandidateMatches,
    concurrency=[per_tenant(TENANT_LIMIT)],
)
async def few_per_tenant(
    ctx: inngest.Context, event: RefreshCandidateMatches, deps: RecordingDeps
) -> int:
    return await ctx.step.run("work", overlap, deps, f"tenant {event.tenant_id}", TENANT_LIMIT)


@workflow(
    id="one-per-candidate", trigger=RefreshCandidateMatches, concurrency=[one_per("candidate_id")]
)
async def one_per_candidate(
    ctx: inngest.Context, event: RefreshCandidateMatches, deps: RecordingDeps
) -> int:
    return await ctx.step.run("work", overlap, deps, f"candidate {event.candidate_id}", 1)


@workflow(
    id="manual-first",
    trigger=GenerateCandidateMatches,
    concurrency=[CONCURRENCY.bootstrap],
    priority=prioritise("trigger", {MatchTrigger.MANUAL: timedelta(minutes=5)}),
)
async def manual_first(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> None:
    async def work() -> None:
        deps.note("matched", event.trigger)
        await asyncio.sleep(0.3 if event.candidate_id == 0 else 0)

    await ctx.step.run("work", work)


@workflow(
    id="stops-when-deleted",
    trigger=ResumeUploaded,
    cancel=[cancel_on(CandidateDeleted, same=("tenant_id", "candidate_id"))],
)
async def stops_when_deleted(
    ctx: inngest.Context, event: ResumeUploaded, deps: RecordingDeps
) -> None:
    await ctx.step.sleep("a-while", timedelta(seconds=2))


@workflow(
    id="in-batches",
    trigger=JobPostingUpdated,
    batch=batching(max_size=5, timeout=timedelta(seconds=1), key="event.data.job_id < 100"),
)
async def in_batches(
    ctx: inngest.Context, events: list[JobPostingUpdated], deps: RecordingDeps
) -> list[int]:
    return [event.job_id for event in events]


@workflow(id="spaces-calls", trigger=ResumeProgress)
async def spaces_calls(ctx: inngest.Context, event: ResumeProgress, deps: RecordingDeps) -> str:
    async def call(words: int) -> int:
        deps.note("call")
        return words

    first = await ctx.step.run("first", with_rate_limit, Service.VOYAGE, call, 2)
    await ctx.step.sleep("pause", rate_limit_delay(Service.VOYAGE))
    second = await ctx.step.run("second", with_rate_limit, Service.VOYAGE, call, 3)
    return f"{first + second}"


WORKFLOWS = [
    few_per_tenant,
    one_per_candidate,
    manual_first,
    stops_when_deleted,
    in_batches,
    spaces_calls,
]


class TestConcurrency:
    def test_limits_hold_and_are_used(self, worker: WorkerUnderTest) -> None:
        events = worker.engine.send(
            *(
                RefreshCandidateMatches(candidate_id=number % 3, tenant_id=1 + number % 2)
                for number in range(12)
            )
        )

        per_tenant_runs = [
            worker.engine.wait_for_run(event, f"{APP_ID}-few-per-tenant") for event in events
        ]
        per_candidate_runs = [
            worker.engine.wait_for_run(event, f"{APP_ID}-one-per-candidate") for event in events
        ]
        assert max(run.output for run in per_tenant_runs) == TENANT_LIMIT
        assert {run.output for run in per_candidate_runs} == {1}


class TestPriority:
    def test_manual_runs_overtake_those_that_wait(self, worker: WorkerUnderTest) -> None:
        def matches(number: int, trigger: MatchTrigger) -> GenerateCandidateMatches:
            return GenerateCandidateMatches(candidate_id=number, tenant_id=1, trigger=trigger)

        (blocker,) = worker.engine.send(matches(0, MatchTrigger.PROFILE_UPDATE))
        wait_until(lambda: worker.deps.notes, "the run that keeps the others waiting")
        waiting = worker.engine.send(
            *(matches(number, MatchTrigger.PROFILE_UPDATE) for number in (1, 2, 3)),
            *(matches(number, MatchTrigger.MANUAL) for number in (4, 5)),
        )
        for event in (blocker, *waiting):
            worker.engine.wait_for_run(event)

        assert worker.deps.notes[1:3] == [MatchTrigger.MANUAL, MatchTrigger.MANUAL]
        assert worker.deps.notes[3:] == [MatchTrigger.PROFILE_UPDATE] * 3


class TestCancellation:
    def test_ends_the_runs_of_the_same_candidate_only(self, worker: WorkerUnderTest) -> None:
        uploads = worker.engine.send(
            *(
                ResumeUploaded(candidate_id=candidate, tenant_id=tenant, document_id=1)
                for candidate, tenant in [(1, 1), (2, 1), (1, 2)]
            )
        )
        wait_until(lambda: all(worker.engine.runs(event) for event in uploads), "the runs")
        worker.engine.send(CandidateDeleted(candidate_id=1, tenant_id=1))

        statuses = [worker.engine.wait_for_run(event).status for event in uploads]

        assert statuses == ["Cancelled", "Completed", "Completed"]


class TestBatching:
    def test_gives_the_handler_a_list(self, worker: WorkerUnderTest) -> None:
        small, large = range(1, 6), range(100, 102)
        events = worker.engine.send(
            *(JobPostingUpdated(job_id=number, changed_fields=[]) for number in [*small, *large])
        )

        full = worker.engine.wait_for_run(events[0])
        timed_out = worker.engine.wait_for_run(events[-1])

        assert full.output == list(small)
        assert timed_out.output == list(large)


class TestRateLimits:
    def test_pauses_and_limits_work_in_a_run(self, worker: WorkerUnderTest) -> None:
        run = worker.run(
            spaces_calls,
            ResumeProgress(
                candidate_id=1, tenant_id=1, document_id=1, step="x", percent=1, message="x"
            ),
        )

        assert run.output == "5"
        assert worker.deps.calls["call"] == 2
