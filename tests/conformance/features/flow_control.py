"""Flow control: how many runs, when, in which order, and on which events."""

import asyncio
from datetime import timedelta

import inngest

from .builder import Builder, Handler

SECOND = timedelta(seconds=1)


def add(build: Builder) -> None:
    """Define the functions of this group."""
    _concurrency(build)
    _rates(build)
    _order(build)
    _gathering(build)
    _uniqueness(build)
    _endings(build)


def _concurrency(build: Builder) -> None:
    async def work(ctx: inngest.Context) -> None:
        await _busy(build, ctx, 0.4)

    build.function("one-at-a-time", concurrency=[inngest.Concurrency(limit=1)])(work)
    build.function("two-per-key", concurrency=[inngest.Concurrency(limit=2, key="event.data.key")])(
        work
    )
    shared = [
        inngest.Concurrency(limit=1, scope="env", key=f'"{build.client.app_id}" + event.data.case')
    ]
    build.function("shared-left", trigger=build.on("shared"), concurrency=shared)(work)
    build.function("shared-right", trigger=build.on("shared"), concurrency=shared)(work)
    account = [
        inngest.Concurrency(
            limit=1, scope="account", key=f'"{build.client.app_id}" + event.data.case'
        )
    ]
    build.function("account-wide", concurrency=account)(work)

    @build.function("slow-steps", concurrency=[inngest.Concurrency(limit=1)])
    async def slow_steps(ctx: inngest.Context) -> None:
        async def begin() -> None:
            build.recorder.note(ctx, "begins")

        await ctx.step.run("begin", begin)
        await ctx.step.sleep("long", 3 * SECOND)
        build.recorder.note(ctx, "ends")


def _rates(build: Builder) -> None:
    async def noted(ctx: inngest.Context) -> None:
        build.recorder.note(ctx, "started", key=ctx.event.data.get("key"))

    build.function("throttled", throttle=inngest.Throttle(limit=1, period=2 * SECOND, burst=0))(
        noted
    )
    build.function(
        "throttled-with-burst", throttle=inngest.Throttle(limit=2, period=60 * SECOND, burst=1)
    )(noted)
    build.function(
        "throttled-per-key",
        throttle=inngest.Throttle(limit=1, period=30 * SECOND, key="event.data.key"),
    )(noted)
    build.function("rate-limited", rate_limit=inngest.RateLimit(limit=2, period=60 * SECOND))(noted)
    build.function(
        "rate-limited-per-key",
        rate_limit=inngest.RateLimit(limit=1, period=60 * SECOND, key="event.data.key"),
    )(noted)


def _order(build: Builder) -> None:
    @build.function(
        "prioritised",
        concurrency=[inngest.Concurrency(limit=1)],
        priority=inngest.Priority(run="event.data.urgent ? 300 : 0"),
    )
    async def prioritised(ctx: inngest.Context) -> None:
        build.recorder.note(ctx, "started", label=ctx.event.data["label"])
        await asyncio.sleep(float(str(ctx.event.data["seconds"])))


def _gathering(build: Builder) -> None:
    async def noted(ctx: inngest.Context) -> int:
        numbers = [event.data.get("number") for event in ctx.events]
        build.recorder.note(ctx, "batch", numbers=numbers, key=ctx.event.data.get("key"))
        return len(numbers)

    build.function("batched", batch_events=inngest.Batch(max_size=3, timeout=2 * SECOND))(noted)
    build.function(
        "batched-per-key",
        batch_events=inngest.Batch(max_size=2, timeout=20 * SECOND, key="event.data.key"),
    )(noted)
    build.function("debounced", debounce=inngest.Debounce(period=3 * SECOND))(noted)
    build.function(
        "debounced-per-key", debounce=inngest.Debounce(period=5 * SECOND, key="event.data.key")
    )(noted)


def _uniqueness(build: Builder) -> None:
    async def noted(ctx: inngest.Context) -> None:
        build.recorder.note(ctx, "started", number=ctx.event.data.get("number"))

    build.function("idempotent", idempotency="event.data.key")(noted)
    build.function("once-per-event-id")(noted)

    async def sleeping(ctx: inngest.Context) -> None:
        number = ctx.event.data.get("number")
        build.recorder.note(ctx, "called", number=number)
        await ctx.step.sleep("busy", 3 * SECOND)
        build.recorder.note(ctx, "ended", number=number)

    for mode in ("skip", "cancel"):
        build.function(
            f"singleton-{mode}",
            singleton=inngest.Singleton(mode=mode, key="event.data.key"),
        )(sleeping)


def _endings(build: Builder) -> None:
    async def sleeping(ctx: inngest.Context) -> None:
        build.recorder.note(ctx, "called")
        await ctx.step.sleep("long", 4 * SECOND)
        build.recorder.note(ctx, "ended")

    same_run = "event.data.case == async.data.case && event.data.number == async.data.number"
    build.function(
        "cancellable", cancel=[inngest.Cancel(event=build.event("cancel"), if_exp=same_run)]
    )(sleeping)
    build.function(
        "cancellable-briefly",
        cancel=[inngest.Cancel(event=build.event("cancel-late"), timeout=SECOND)],
    )(sleeping)
    build.function("to-cancel-by-hand")(sleeping)
    build.function("finish-timeout", timeouts=inngest.Timeouts(finish=2 * SECOND))(_stepping(build))

    @build.function(
        "start-timeout",
        concurrency=[inngest.Concurrency(limit=1)],
        timeouts=inngest.Timeouts(start=6 * SECOND),
    )
    async def start_timeout(ctx: inngest.Context) -> None:
        build.recorder.note(ctx, "started")
        await asyncio.sleep(8)


def _stepping(build: Builder) -> Handler:
    async def stepping(ctx: inngest.Context) -> None:
        build.recorder.note(ctx, "called")
        for number in range(8):
            await ctx.step.sleep(f"second {number}", SECOND)
        build.recorder.note(ctx, "ended")

    return stepping


async def _busy(build: Builder, ctx: inngest.Context, seconds: float) -> None:
    key = ctx.event.data.get("key")
    build.recorder.note(ctx, "begins", key=key)
    await asyncio.sleep(seconds)
    build.recorder.note(ctx, "ends", key=key)
