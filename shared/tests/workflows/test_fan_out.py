"""Many runs from one, on the engine."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import inngest
from blacklight_devstack.worker_testing import RecordingDeps, WorkerUnderTest
from blacklight_shared.events import (
    CandidateDeleted,
    GenerateCandidateMatches,
    JobImportProgress,
    JobPostingUpdated,
    JobsImported,
    RefreshCandidateMatches,
    ResumeProgress,
    ResumeUploaded,
)
from blacklight_shared.workflows import (
    NonRetriableError,
    emit_progress,
    fan_out,
    fan_out_and_wait,
    invoke,
    invoke_all,
    parallel,
    parallel_all,
    workflow,
)
from pydantic import BaseModel

FAN_OUT_SIZE = 1_050
"""More than one request to the event API takes."""


class Doubled(BaseModel):
    value: int


class Total(BaseModel):
    value: int


@workflow(id="double", trigger=GenerateCandidateMatches, retries=0)
async def double(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> Doubled:
    deps.note(f"double {event.candidate_id}")
    if event.candidate_id == 13:
        raise NonRetriableError("thirteen")
    return Doubled(value=2 * event.candidate_id)


@workflow(id="invokes-one", trigger=JobsImported)
async def invokes_one(ctx: inngest.Context, event: JobsImported, deps: RecordingDeps) -> Total:
    payload = GenerateCandidateMatches(candidate_id=event.job_ids[0], tenant_id=1)
    doubled = await invoke(ctx, "double", double, payload)
    return Total(value=doubled.value)


@workflow(id="invokes-all", trigger=JobsImported)
async def invokes_all(ctx: inngest.Context, event: JobsImported, deps: RecordingDeps) -> list[int]:
    payloads = [
        GenerateCandidateMatches(candidate_id=number, tenant_id=1) for number in event.job_ids
    ]
    doubled = await invoke_all(ctx, "double", double, payloads)
    return [one.value for one in doubled]


@workflow(id="either-of-two", trigger=(RefreshCandidateMatches, CandidateDeleted))
async def either_of_two(
    ctx: inngest.Context, event: RefreshCandidateMatches | CandidateDeleted, deps: RecordingDeps
) -> str:
    return event.name


@workflow(id="invokes-with-second-event", trigger=JobsImported)
async def invokes_with_second_event(
    ctx: inngest.Context, event: JobsImported, deps: RecordingDeps
) -> str:
    return await invoke(ctx, "it", either_of_two, CandidateDeleted(candidate_id=1, tenant_id=1))


@workflow(id="sends-many", trigger=JobsImported, retries=1)
async def sends_many(ctx: inngest.Context, event: JobsImported, deps: RecordingDeps) -> int:
    payloads = [JobPostingUpdated(job_id=n, changed_fields=[]) for n in range(FAN_OUT_SIZE)]
    return await fan_out(ctx, "send", payloads)


@workflow(id="sends-too-much", trigger=JobsImported)
async def sends_too_much(ctx: inngest.Context, event: JobsImported, deps: RecordingDeps) -> int:
    too_much = JobPostingUpdated(job_id=1, changed_fields=["x" * 512 * 1024])
    return await fan_out(ctx, "send", [too_much])


@workflow(id="answers", trigger=ResumeUploaded)
async def answers(ctx: inngest.Context, event: ResumeUploaded, deps: RecordingDeps) -> None:
    """The far side of ``sends-and-waits``: done as soon as it is asked."""
    if event.document_id == 13:
        return
    done = ResumeProgress(
        candidate_id=event.candidate_id,
        tenant_id=event.tenant_id,
        document_id=event.document_id,
        step="done",
        percent=100,
        message=f"read {event.document_id}",
    )
    await emit_progress(ctx, done)


@workflow(id="sends-and-waits", trigger=JobsImported)
async def sends_and_waits(
    ctx: inngest.Context, event: JobsImported, deps: RecordingDeps
) -> list[str | None]:
    documents = [
        ResumeUploaded(candidate_id=1, tenant_id=1, document_id=number) for number in event.job_ids
    ]
    done = await fan_out_and_wait(
        ctx,
        "read",
        documents,
        completed=ResumeProgress,
        same=("tenant_id", "document_id"),
        timeout=timedelta(seconds=1) if 13 in event.job_ids else timedelta(seconds=30),
    )
    return [None if progress is None else progress.message for progress in done]


@workflow(id="in-parallel", trigger=JobsImported)
async def in_parallel(ctx: inngest.Context, event: JobsImported, deps: RecordingDeps) -> list[str]:
    async def number() -> int:
        deps.note("number")
        return 1

    async def text() -> str:
        deps.note("text")
        return "two"

    async def square(of: int) -> int:
        deps.note("square")
        return of * of

    one, two = await parallel(
        ctx,
        lambda: ctx.step.run("number", number),
        lambda: ctx.step.run("text", text),
    )
    squares = await parallel_all(
        ctx, [partial(ctx.step.run, f"square-{n}", square, n) for n in range(5)]
    )
    return [str(one), two, str(squares)]


@workflow(id="too-many-steps", trigger=JobsImported)
async def too_many_steps(
    ctx: inngest.Context, event: JobsImported, deps: RecordingDeps
) -> list[None]:
    async def nothing() -> None:
        deps.note("one of too many")

    return await parallel_all(ctx, [nothing] * 1_001)


@workflow(id="reports", trigger=JobsImported)
async def reports(ctx: inngest.Context, event: JobsImported, deps: RecordingDeps) -> None:
    for percent in (25, 75):
        await emit_progress(
            ctx,
            JobImportProgress(batch_id=77, step="embedding", percent=percent, message="Embedding"),
        )


WORKFLOWS = [
    double,
    invokes_one,
    invokes_all,
    either_of_two,
    invokes_with_second_event,
    sends_many,
    sends_too_much,
    answers,
    sends_and_waits,
    in_parallel,
    too_many_steps,
    reports,
]


def imported(*numbers: int) -> JobsImported:
    return JobsImported(job_ids=list(numbers or (1,)), source="test")


class TestInvoke:
    def test_gives_the_result_as_its_type(self, worker: WorkerUnderTest) -> None:
        assert worker.run(invokes_one, imported(21)).output == {"value": 42}

    def test_a_second_trigger_gets_its_own_model(self, worker: WorkerUnderTest) -> None:
        assert worker.run(invokes_with_second_event, imported()).output == "candidate/deleted"


class TestInvokeAll:
    def test_gives_all_results_in_order(self, worker: WorkerUnderTest) -> None:
        run = worker.run(invokes_all, imported(*range(100, 130)))

        assert run.output == [2 * number for number in range(100, 130)]
        assert all(worker.deps.calls[f"double {number}"] == 1 for number in range(100, 130))

    def test_fails_when_one_fails_and_lets_the_others_end(self, worker: WorkerUnderTest) -> None:
        run = worker.run(invokes_all, imported(11, 12, 13, 14, 15))

        assert run.status == "Failed"
        assert "thirteen" in run.output["message"]
        assert all(worker.deps.calls[f"double {number}"] == 1 for number in (11, 12, 14, 15))


class TestFanOut:
    def test_sends_each_event_once(self, worker: WorkerUnderTest) -> None:
        run = worker.run(sends_many, imported())

        assert run.output == FAN_OUT_SIZE
        newest = worker.engine.events("job-posting/updated")
        assert len(newest) == 100
        assert len({event["id"] for event in newest}) == 100
        assert all(event["id"].startswith(f"{run.id}-send-") for event in newest)

    def test_refuses_an_event_that_the_engine_would_refuse(self, worker: WorkerUnderTest) -> None:
        run = worker.run(sends_too_much, imported())

        assert run.status == "Failed"
        assert "more than 524288: send ids" in run.output["message"]


class TestFanOutAndWait:
    def test_misses_no_answer_however_quick(self, worker: WorkerUnderTest) -> None:
        run = worker.run(sends_and_waits, imported(*range(100, 125)))

        assert run.output == [f"read {number}" for number in range(100, 125)]

    def test_gives_none_for_what_was_not_answered_in_time(self, worker: WorkerUnderTest) -> None:
        run = worker.run(sends_and_waits, imported(12, 13, 14))

        assert run.output == ["read 12", None, "read 14"]


class TestParallel:
    def test_gives_each_result_its_place(self, worker: WorkerUnderTest) -> None:
        run = worker.run(in_parallel, imported())

        assert run.output == ["1", "two", "[0, 1, 4, 9, 16]"]
        assert [worker.deps.calls[name] for name in ("number", "text", "square")] == [1, 1, 5]

    def test_refuses_more_steps_than_a_run_may_have(self, worker: WorkerUnderTest) -> None:
        run = worker.run(too_many_steps, imported())

        assert run.status == "Failed"
        assert "1001 parallel steps: a run has at most 1000" in run.output["message"]
        assert worker.deps.calls["one of too many"] == 0


class TestProgress:
    def test_is_published_as_events(self, worker: WorkerUnderTest) -> None:
        run = worker.run(reports, imported())

        published = worker.engine.events("jobs/import.progress")
        assert [event["data"]["percent"] for event in published] == [75, 25]
        assert published[0]["id"] == f"{run.id}-progress-embedding-75-0"
        assert published[0]["data"]["batch_id"] == 77
