"""Steps: run, sleep, wait, invoke, send, and groups in parallel."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import inngest

from .builder import Builder


def add(build: Builder) -> None:
    """Define the functions of this group."""
    _run_steps(build)
    _time_steps(build)
    _wait_steps(build)
    _invoke_steps(build)
    _send_steps(build)
    _parallel_steps(build)
    _large_state(build)


def _run_steps(build: Builder) -> None:
    note = build.recorder.note

    @build.function("plain")
    async def plain(ctx: inngest.Context) -> dict[str, Any]:
        note(ctx, "called", event=ctx.event.model_dump(mode="json"))
        return {"echo": ctx.event.data["value"]}

    @build.function("memoised")
    async def memoised(ctx: inngest.Context) -> list[int]:
        async def body(name: str, value: int) -> int:
            note(ctx, name)
            return value

        note(ctx, "called")
        first = await ctx.step.run("first", body, "first", 1)
        second = await ctx.step.run("second", body, "second", first + 1)
        loop = [await ctx.step.run("same id", body, "loop", index) for index in range(3)]
        nothing: Any = await ctx.step.run("nothing", _nothing)
        return [first, second, *loop, -1 if nothing is None else 0]


def _time_steps(build: Builder) -> None:
    note = build.recorder.note

    @build.function("sleeping")
    async def sleeping(ctx: inngest.Context) -> None:
        await ctx.step.run("before", _noting(build, ctx, "before"))
        await ctx.step.sleep("a second", timedelta(seconds=1))
        await ctx.step.run("between", _noting(build, ctx, "between"))

        async def moment() -> str:
            return (datetime.now(UTC) + timedelta(seconds=1)).isoformat()

        until = datetime.fromisoformat(await ctx.step.run("moment", moment))
        await ctx.step.sleep_until("until then", until)
        note(ctx, "after", early_by=(until - datetime.now(UTC)).total_seconds())


def _wait_steps(build: Builder) -> None:
    note = build.recorder.note

    @build.function("waiting")
    async def waiting(ctx: inngest.Context) -> dict[str, Any] | None:
        note(ctx, "waiting")
        found = await ctx.step.wait_for_event(
            "approval",
            event=build.event("approved"),
            if_exp="event.data.case == async.data.case && async.data.level > 2",
            timeout=timedelta(minutes=2),
        )
        note(ctx, "resumed")
        return None if found is None else {"name": found.name, "level": found.data["level"]}

    @build.function("waiting-in-vain")
    async def waiting_in_vain(ctx: inngest.Context) -> str:
        found = await ctx.step.wait_for_event(
            "never", event=build.event("never"), timeout=timedelta(seconds=1)
        )
        return "timed out" if found is None else "found"


def _invoke_steps(build: Builder) -> None:
    note = build.recorder.note

    @build.function("invoked")
    async def invoked(ctx: inngest.Context) -> dict[str, Any]:
        note(ctx, "invoked")
        if ctx.event.data.get("fail"):
            raise inngest.NonRetriableError("the invoked function failed")
        if ctx.event.data.get("slow"):
            await ctx.step.sleep("long", timedelta(minutes=5))
        return {"doubled": 2 * int(str(ctx.event.data["value"]))}

    @build.function("invoking")
    async def invoking(ctx: inngest.Context) -> dict[str, Any]:
        data = {"case": ctx.event.data["case"]}
        answer: Any = await ctx.step.invoke("good", function=invoked, data={**data, "value": 21})
        errors = {}
        for name, call in {
            "failing": partial(
                ctx.step.invoke_by_id, function_id="invoked", data={**data, "fail": True}
            ),
            "unknown": partial(ctx.step.invoke_by_id, function_id="no-such-function"),
            "too slow": partial(
                ctx.step.invoke_by_id,
                function_id="invoked",
                data={**data, "slow": True},
                timeout=timedelta(seconds=1),
            ),
        }.items():
            try:
                await call(name)
            except inngest.StepError as error:
                errors[name] = error.message
        return {"answer": answer, "errors": errors}


def _send_steps(build: Builder) -> None:
    note = build.recorder.note

    @build.function("sending")
    async def sending(ctx: inngest.Context) -> list[str]:
        case = ctx.event.data["case"]
        children = [
            inngest.Event(name=build.event("sent"), data={"case": case, "number": number})
            for number in range(3)
        ]
        ids = await ctx.step.send_event("three", children)
        await ctx.step.sleep("a moment", timedelta(seconds=1))
        return ids

    @build.function("sent")
    async def sent(ctx: inngest.Context) -> None:
        note(ctx, "received", number=ctx.event.data["number"])


def _parallel_steps(build: Builder) -> None:
    note = build.recorder.note

    @build.function("parallel", retries=1)
    async def parallel(ctx: inngest.Context) -> list[Any]:
        async def slow(name: str) -> str:
            note(ctx, f"{name} begins")
            await asyncio.sleep(0.5)
            note(ctx, f"{name} ends")
            return name

        async def flaky() -> str:
            note(ctx, "flaky")
            if ctx.attempt == 0:
                raise ValueError("the first attempt fails")
            return "flaky"

        results = await ctx.group.parallel(
            (
                partial(ctx.step.run, "a", slow, "a"),
                partial(ctx.step.run, "b", slow, "b"),
                partial(ctx.step.run, "flaky", flaky),
                partial(ctx.step.sleep, "short", timedelta(seconds=1)),
            )
        )
        last = await ctx.step.run("last", slow, "last")
        return [*results, last]

    @build.function("racing")
    async def racing(ctx: inngest.Context) -> list[str]:
        async def timed(name: str, seconds: float) -> str:
            await asyncio.sleep(seconds)
            note(ctx, name)
            return name

        async def branch(name: str, seconds: float) -> str:
            first = await ctx.step.run(f"{name} 1", timed, f"{name} 1", seconds)
            return await ctx.step.run(f"{name} 2", timed, f"{first}, 2", seconds)

        return list(
            await ctx.group.parallel(
                (partial(branch, "quick", 0.05), partial(branch, "slow", 2.0)),
                parallel_mode=inngest.ParallelMode.RACE,
            )
        )


def _large_state(build: Builder) -> None:
    @build.function("large-state")
    async def large_state(ctx: inngest.Context) -> int:
        texts = [await ctx.step.run(f"text {index}", _text, 1_600_000) for index in range(4)]
        return sum(len(text) for text in texts)

    @build.function("too-large-step")
    async def too_large_step(ctx: inngest.Context) -> int:
        return len(await ctx.step.run("text", _text, 9_000_000))


async def _nothing() -> None:
    return None


async def _text(length: int) -> str:
    return "x" * length


def _noting(build: Builder, ctx: inngest.Context, what: str) -> Any:
    async def body() -> None:
        build.recorder.note(ctx, what)

    return body
