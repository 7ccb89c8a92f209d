"""An app for the tests that kill things. It writes what it does to a file, which outlives it.

Environment: ``SAMPLE_LOG`` (the file), ``SAMPLE_VERSION`` (adds a function when it is 2).
"""

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import inngest
import inngest.fast_api
from fastapi import FastAPI

client = inngest.Inngest(app_id="sample", is_production=False)


def log(what: str) -> None:
    with Path(os.environ["SAMPLE_LOG"]).open("a", encoding="utf-8") as file:
        file.write(f"{what}\n")


async def work(name: str, seconds: float = 0.02) -> str:
    log(name)
    await asyncio.sleep(seconds)
    return name


@client.create_function(
    fn_id="child", trigger=inngest.TriggerEvent(event="sample/child"), retries=0
)
async def child(ctx: inngest.Context) -> Any:
    await ctx.step.sleep("nap", timedelta(seconds=1))
    return ctx.event.data["number"]


@client.create_function(
    fn_id="journey",
    trigger=inngest.TriggerEvent(event="sample/journey"),
    concurrency=[inngest.Concurrency(limit=5)],
    retries=0,
)
async def journey(ctx: inngest.Context) -> list[Any]:
    """Every kind of step, so that a crash meets each of them."""
    number = ctx.event.data["number"]
    first = await ctx.step.run("first", work, f"first {number}")
    await ctx.step.sleep("sleep", timedelta(seconds=1))
    both = await ctx.group.parallel(
        (
            lambda: ctx.step.run("left", work, f"left {number}"),
            lambda: ctx.step.run("right", work, f"right {number}"),
        )
    )
    answer = await ctx.step.invoke("child", function=child, data={"number": number})
    waited = await ctx.step.wait_for_event(
        "wait",
        event="sample/go",
        if_exp="event.data.number == async.data.number",
        timeout=timedelta(seconds=2),
    )
    return [first, *both, answer, waited is None]


@client.create_function(fn_id="slow", trigger=inngest.TriggerEvent(event="sample/slow"), retries=0)
async def slow(ctx: inngest.Context) -> str:
    return await ctx.step.run("work", work, "slow", 1.5)


@client.create_function(fn_id="pid", trigger=inngest.TriggerEvent(event="sample/pid"), retries=0)
async def pid(_: inngest.Context) -> int:
    log(f"pid {os.getpid()}")
    return os.getpid()


@client.create_function(
    fn_id="later-version", trigger=inngest.TriggerEvent(event="sample/later"), retries=0
)
async def later_version(_: inngest.Context) -> None:
    log("later version")


functions: list[inngest.Function[Any]] = [child, journey, slow, pid]
if os.environ.get("SAMPLE_VERSION") == "2":
    functions.append(later_version)

app = FastAPI()
inngest.fast_api.serve(app, client, functions)
