"""Workflows on the engine: how they are started, what they are given, how they end."""

from __future__ import annotations

from dataclasses import dataclass

import inngest
import pytest
from blacklight_devstack.engine_testing import wait_until
from blacklight_devstack.worker_testing import RecordingDeps, WorkerUnderTest
from blacklight_shared.events import (
    CandidateDeleted,
    GenerateCandidateMatches,
    JobPostingUpdated,
    MatchTrigger,
    RefreshCandidateMatches,
    ResumeUploaded,
)
from blacklight_shared.workflows import (
    Cron,
    CronTick,
    Failure,
    NotFoundError,
    On,
    workflow,
)
from pydantic import BaseModel


class Greeting(BaseModel):
    candidate_id: int
    trigger: MatchTrigger


@dataclass(frozen=True)
class Place:
    street: str


@workflow(id="greet", trigger=GenerateCandidateMatches)
async def greet(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> Greeting:
    deps.note("greet")
    return Greeting(candidate_id=event.candidate_id, trigger=event.trigger)


@workflow(
    id="only-refreshes-of-tenant-two",
    trigger=On(RefreshCandidateMatches, "event.data.tenant_id == 2"),
)
async def only_tenant_two(
    ctx: inngest.Context, event: RefreshCandidateMatches, deps: RecordingDeps
) -> int:
    return event.tenant_id


@workflow(id="either", trigger=(ResumeUploaded, CandidateDeleted))
async def either(
    ctx: inngest.Context, event: ResumeUploaded | CandidateDeleted, deps: RecordingDeps
) -> str:
    return type(event).__name__


@workflow(id="by-clock-or-event", trigger=(JobPostingUpdated, Cron("0 3 1 1 *")))
async def by_clock_or_event(
    ctx: inngest.Context, trigger: JobPostingUpdated | CronTick, deps: RecordingDeps
) -> str:
    return type(trigger).__name__


@workflow(id="tick", trigger=Cron("0 3 1 1 *", time_zone="Europe/Berlin"))
async def tick(ctx: inngest.Context, tick: CronTick, deps: RecordingDeps) -> dict[str, str]:
    async def look() -> str:
        return tick.at.isoformat()

    return {"in step": await ctx.step.run("look", look), "after step": tick.at.isoformat()}


@workflow(id="steps", trigger=GenerateCandidateMatches)
async def steps(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> list[str]:
    async def where(number: int) -> Place:
        deps.note("step")
        return Place(f"Street {number}")

    first = await ctx.step.run("first", where, 1, output_type=Place)
    second = await ctx.step.run("second", where, 2, output_type=Place)
    return [first.street, second.street]


@workflow(id="lost", trigger=GenerateCandidateMatches)
async def lost(ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps) -> None:
    raise NotFoundError("candidate", event.candidate_id)


@lost.on_failure
async def clean_up(
    ctx: inngest.Context, failure: Failure[GenerateCandidateMatches], deps: RecordingDeps
) -> None:
    deps.note("clean up", failure)


WORKFLOWS = [greet, only_tenant_two, either, by_clock_or_event, tick, steps, lost]


class TestPayload:
    def test_is_the_model_and_the_result_is_json(self, worker: WorkerUnderTest) -> None:
        run = worker.run(greet, {"candidate_id": 7, "tenant_id": 1, "trigger": "manual"})

        assert run.status == "Completed"
        assert run.output == {"candidate_id": 7, "trigger": "manual"}

    def test_unknown_fields_are_ignored(self, worker: WorkerUnderTest) -> None:
        run = worker.run(greet, {"candidate_id": 7, "tenant_id": 1, "of_next_year": True})

        assert run.status == "Completed"

    @pytest.mark.parametrize(
        ("data", "named"),
        [
            ({"tenant_id": 1}, "candidate_id: Field required"),
            ({"candidate_id": "seven", "tenant_id": 1}, "candidate_id: Input should be"),
        ],
    )
    def test_missing_or_wrong_fields_end_the_run_at_once(
        self, worker: WorkerUnderTest, data: dict[str, object], named: str
    ) -> None:
        before = worker.deps.calls["greet"]

        run = worker.run(greet, data)

        assert run.status == "Failed"
        assert run.output["name"] == "ValidationError"
        assert "event 'job-match/generate-candidate' is not valid" in run.output["message"]
        assert named in run.output["message"]
        assert "seven" not in run.output["message"]
        assert worker.deps.calls["greet"] == before


class TestTriggers:
    def test_a_condition_keeps_other_events_away(self, worker: WorkerUnderTest) -> None:
        one, two = worker.engine.send(
            RefreshCandidateMatches(candidate_id=1, tenant_id=1),
            RefreshCandidateMatches(candidate_id=1, tenant_id=2),
        )

        assert worker.engine.wait_for_run(two).output == 2
        assert worker.engine.runs(one) == []

    def test_two_events_give_two_models(self, worker: WorkerUnderTest) -> None:
        uploaded, deleted = worker.engine.send(
            ResumeUploaded(candidate_id=1, tenant_id=1, document_id=1),
            CandidateDeleted(candidate_id=1, tenant_id=1),
        )

        name = "worker-under-test-either"
        assert worker.engine.wait_for_run(uploaded, name).output == "ResumeUploaded"
        assert worker.engine.wait_for_run(deleted, name).output == "CandidateDeleted"

    def test_a_schedule_beside_an_event(self, worker: WorkerUnderTest) -> None:
        (updated,) = worker.engine.send(JobPostingUpdated(job_id=1, changed_fields=[]))

        assert worker.engine.wait_for_run(updated).output == "JobPostingUpdated"
        assert worker.run(by_clock_or_event).output == "CronTick"

    def test_a_tick_is_the_same_time_in_every_replay(self, worker: WorkerUnderTest) -> None:
        output = worker.run(tick).output

        assert output["in step"] == output["after step"]
        assert output["in step"].endswith("+00:00")


class TestSteps:
    def test_run_once_and_keep_their_results(self, worker: WorkerUnderTest) -> None:
        run = worker.run(steps, {"candidate_id": 1, "tenant_id": 1})

        assert run.output == ["Street 1", "Street 2"]
        assert worker.deps.calls["step"] == 2


class TestOnFailure:
    def test_is_given_the_error_and_the_payload(self, worker: WorkerUnderTest) -> None:
        payload = GenerateCandidateMatches(candidate_id=5, tenant_id=1)

        run = worker.run(lost, payload)

        assert run.status == "Failed"
        failure = wait_until(lambda: worker.deps.notes, "the failure handler")[0]
        assert failure.run_id == run.id
        assert failure.error.name == "NotFoundError"
        assert failure.error.message == "candidate 5 does not exist"
        assert failure.payload == payload
