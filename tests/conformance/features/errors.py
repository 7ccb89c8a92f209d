"""Errors: retries, what ends them, and what happens after the last one."""

from datetime import timedelta
from typing import Any

import inngest

from .builder import Builder


def add(build: Builder) -> None:
    """Define the functions of this group."""
    _retries(build)
    _verdicts(build)
    _failures(build)


def _retries(build: Builder) -> None:
    note = build.recorder.note

    @build.function("flaky-function", retries=3)
    async def flaky_function(ctx: inngest.Context) -> int:
        note(ctx, "called")
        if ctx.attempt < 2:
            raise ValueError(f"attempt {ctx.attempt} fails")
        return ctx.attempt

    @build.function("flaky-steps", retries=2)
    async def flaky_steps(ctx: inngest.Context) -> list[int]:
        async def fails_once(name: str) -> int:
            note(ctx, name)
            if ctx.attempt == 0:
                raise ValueError("the first attempt fails")
            return ctx.attempt

        return [
            await ctx.step.run("one", fails_once, "one"),
            await ctx.step.run("two", fails_once, "two"),
        ]

    @build.function("caught", retries=1)
    async def caught(ctx: inngest.Context) -> str:
        async def fails() -> None:
            note(ctx, "tried")
            raise ValueError("the step always fails")

        try:
            await ctx.step.run("fails", fails)
        except inngest.StepError as error:
            return await ctx.step.run("rescue", _returning, f"{error.name}: {error.message}")
        return "not reached"


def _verdicts(build: Builder) -> None:
    note = build.recorder.note

    @build.function("not-retriable", retries=5)
    async def not_retriable(ctx: inngest.Context) -> None:
        note(ctx, "called")
        raise inngest.NonRetriableError("no use in trying again")

    @build.function("not-retriable-step", retries=5)
    async def not_retriable_step(ctx: inngest.Context) -> None:
        async def fails() -> None:
            note(ctx, "tried")
            raise inngest.NonRetriableError("no use in trying again")

        await ctx.step.run("fails", fails)

    @build.function("retry-after", retries=2)
    async def retry_after(ctx: inngest.Context) -> str:
        note(ctx, "called")
        if ctx.attempt == 0:
            raise inngest.RetryAfterError("later", timedelta(seconds=4))
        return "done"


def _failures(build: Builder) -> None:
    note_case = build.recorder.note_case

    async def on_failure(ctx: inngest.Context) -> None:
        data: Any = ctx.event.data
        note_case(
            data["event"]["data"]["case"],
            "on_failure",
            event_name=ctx.event.name,
            error=data["error"],
            function_id=data["function_id"],
            run_id=data["run_id"],
        )

    @build.function("failing", retries=1, on_failure=on_failure)
    async def failing(ctx: inngest.Context) -> None:
        build.recorder.note(ctx, "called")
        raise RuntimeError("this always fails")

    @build.function(
        "watching-failures",
        trigger=inngest.TriggerEvent(
            event="inngest/function.failed",
            expression=f"event.data.function_id == '{build.client.app_id}-failing'",
        ),
    )
    async def watching_failures(ctx: inngest.Context) -> None:
        data: Any = ctx.event.data
        note_case(data["event"]["data"]["case"], "watched", run_id=data["run_id"])


async def _returning(value: str) -> str:
    return value
