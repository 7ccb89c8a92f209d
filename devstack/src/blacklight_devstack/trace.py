"""`make trace`: record one import on a fresh system, and draw its trace."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from blacklight_devstack.clean import remove_state
from blacklight_devstack.demo.front_door import FrontDoor
from blacklight_devstack.sample import CVS_FOLDER, JOBS_JSONL
from blacklight_devstack.sample.build import write_postings
from blacklight_devstack.stack import Stack, StackError, StackOptions
from blacklight_devstack.tenants import bootstrap_tenant
from blacklight_devstack.traces.collector import ReceivedSpan, SpanCollector, running_collector
from blacklight_devstack.traces.picture import waterfall

CVS = 3

FoundT = TypeVar("FoundT")

_MATCHING = "workflow match-jobs-to-candidates"
_PATIENCE = timedelta(minutes=5)
_PAUSE_SECONDS = 0.3


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("picture", type=Path, help="the SVG file to write")
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(".blacklight/trace"),
        help="folder for data and logs (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> int:
    """Record and draw.

    Returns:
        The exit code 0.

    Raises:
        StackError, PostgresError, ProcessError: The system does not start, or tells no trace.
    """
    spans = asyncio.run(_record(options.state))
    title = f"One import of postings, matched with {CVS} candidates"
    options.picture.write_text(waterfall(spans, title))
    return 0


async def _record(state: Path) -> Sequence[ReceivedSpan]:
    await remove_state(state)
    with running_collector() as collector:
        settings = collector.environment()
        async with Stack(StackOptions(state, settings=settings, fast=True)) as stack:
            tenant = await bootstrap_tenant(
                stack, name="Traced", slug="traced", admin_email="admin@traced.example"
            )
            if tenant.api_key is None:
                raise StackError("the gateway made no API key")
            async with FrontDoor.open(stack.gateway_url, tenant.api_key) as door:
                await _import(door, state)
            return await _whole_trace(collector)


async def _import(door: FrontDoor, state: Path) -> None:
    """Candidates first, so that the import has someone to be matched with."""
    resumes = [await door.upload_resume(file) for file in sorted(CVS_FOLDER.iterdir())[:CVS]]

    async def all_matched() -> bool:
        candidates = await door.candidates()
        return all(candidates[resume.candidate_id]["matched_at"] for resume in resumes)

    await _until(all_matched, "CVs that are matched")
    # Dated up to today, so that they are open.
    write_postings(state, newest=datetime.now(UTC).date())
    batch = await door.import_jobs(state / JOBS_JSONL.name)

    async def completed() -> bool:
        return (await door.batch(batch.batch_id)).status == "completed"

    await _until(completed, "a completed import")


async def _whole_trace(collector: SpanCollector) -> Sequence[ReceivedSpan]:
    """The trace of the import, once its last run has told its end."""

    async def told() -> list[ReceivedSpan]:
        return [span for span in collector.spans if span.name == _MATCHING]

    [run] = await _until(told, "the import's trace")
    # What was told together with the end may be in the next request.
    await asyncio.sleep(_PAUSE_SECONDS)
    return collector.trace(run.trace_id)


async def _until(look: Callable[[], Awaitable[FoundT]], what: str) -> FoundT:
    deadline = time.monotonic() + _PATIENCE.total_seconds()
    while not (found := await look()):
        if time.monotonic() > deadline:
            raise StackError(f"no {what} after {_PATIENCE}")
        await asyncio.sleep(_PAUSE_SECONDS)
    return found
