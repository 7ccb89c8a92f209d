"""Which errors are retried, on the engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import inngest
import pytest
from blacklight_devstack.worker_testing import RecordingDeps, WorkerUnderTest
from blacklight_shared.events import GenerateCandidateMatches
from blacklight_shared.workflows import (
    ApiError,
    NonRetriableError,
    NotFoundError,
    RetriableError,
    ValidationError,
    workflow,
)

ERRORS: dict[int, Callable[[], Exception]] = {
    1: lambda: RetriableError("busy"),
    2: lambda: RetriableError("busy", retry_after=timedelta(milliseconds=200)),
    3: lambda: ApiError("voyage", "embed", 429, retry_after=timedelta(milliseconds=200)),
    4: lambda: ApiError("voyage", "embed", 503),
    5: lambda: ApiError("voyage", "embed"),
    6: lambda: NonRetriableError("never"),
    7: lambda: NotFoundError("candidate", 1),
    8: lambda: ValidationError("bad"),
    9: lambda: ApiError("voyage", "embed", 400, retry_after=timedelta(seconds=1)),
    10: lambda: RuntimeError("a bug, or bad luck"),
}
RETRIED = [1, 2, 3, 4, 5, 10]
NOT_RETRIED = [6, 7, 8, 9]


@workflow(id="fails-once-in-a-step", trigger=GenerateCandidateMatches, retries=1)
async def fails_once_in_a_step(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> int:
    async def work() -> int:
        attempts = deps.note(f"step {event.candidate_id}")
        if attempts == 1:
            raise ERRORS[event.candidate_id]()
        return attempts

    return await ctx.step.run("work", work)


@workflow(id="fails-once-outside", trigger=GenerateCandidateMatches, retries=1)
async def fails_once_outside(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> int:
    attempts = deps.note(f"outside {event.candidate_id}")
    if attempts == 1:
        raise ERRORS[event.candidate_id]()
    return attempts


@workflow(id="goes-on-without", trigger=GenerateCandidateMatches, retries=1)
async def goes_on_without(
    ctx: inngest.Context, event: GenerateCandidateMatches, deps: RecordingDeps
) -> str:
    async def work() -> int:
        deps.note(f"without {event.candidate_id}")
        raise ERRORS[event.candidate_id]()

    try:
        await ctx.step.run("work", work)
    except inngest.StepError as error:
        return f"{error.name}: {error.message}"
    return "not reached"


WORKFLOWS = [fails_once_in_a_step, fails_once_outside, goes_on_without]


def event(number: int) -> GenerateCandidateMatches:
    return GenerateCandidateMatches(candidate_id=number, tenant_id=1)


@pytest.mark.parametrize("number", RETRIED)
class TestTemporaryFaults:
    def test_are_retried_in_a_step(self, worker: WorkerUnderTest, number: int) -> None:
        run = worker.run(fails_once_in_a_step, event(number))

        assert (run.status, run.output) == ("Completed", 2)

    def test_are_retried_outside_of_steps(self, worker: WorkerUnderTest, number: int) -> None:
        run = worker.run(fails_once_outside, event(number))

        assert (run.status, run.output) == ("Completed", 2)


@pytest.mark.parametrize("number", NOT_RETRIED)
class TestLastingFaults:
    def test_fail_a_step_at_once(self, worker: WorkerUnderTest, number: int) -> None:
        run = worker.run(fails_once_in_a_step, event(number))

        assert run.status == "Failed"
        assert run.output["name"] == type(ERRORS[number]()).__name__
        assert worker.deps.calls[f"step {number}"] == 1

    def test_fail_a_run_at_once(self, worker: WorkerUnderTest, number: int) -> None:
        run = worker.run(fails_once_outside, event(number))

        assert run.status == "Failed"
        assert run.output["name"] == type(ERRORS[number]()).__name__
        assert worker.deps.calls[f"outside {number}"] == 1


class TestStepError:
    @pytest.mark.parametrize(
        ("number", "said", "attempts"),
        [
            (1, "RetriableError: busy", 2),
            (5, "ApiError: voyage: embed (no answer)", 2),
            (7, "NotFoundError: candidate 1 does not exist", 1),
            (9, "ApiError: voyage: embed (status 400)", 1),
        ],
    )
    def test_lets_the_handler_go_on(
        self, worker: WorkerUnderTest, number: int, said: str, attempts: int
    ) -> None:
        run = worker.run(goes_on_without, event(number))

        assert (run.status, run.output) == ("Completed", said)
        assert worker.deps.calls[f"without {number}"] == attempts
