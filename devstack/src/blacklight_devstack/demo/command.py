"""The command line of the demo, and its stages one after the other."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from blacklight_devstack.clean import remove_state
from blacklight_devstack.demo.front_door import (
    MEDIA_TYPES,
    RESUME_SUFFIXES,
    UPLOADS_AT_ONCE,
    Batch,
    FrontDoor,
    FrontDoorError,
    Match,
    Resume,
)
from blacklight_devstack.demo.report import Report, show
from blacklight_devstack.ports import LOOPBACK
from blacklight_devstack.sample import CVS_FOLDER, JOBS_CSV, JOBS_JSONL
from blacklight_devstack.sample.build import write_postings
from blacklight_devstack.stack import Stack, StackOptions
from blacklight_devstack.tenants import Tenant, bootstrap_tenant

POLL_INTERVAL = timedelta(milliseconds=500)
STAGE_TIMEOUT = timedelta(minutes=8)
TOP_MATCHES = 10

_WORKER = "matching"

_console = Console(highlight=False)


class DemoError(RuntimeError):
    """The demo cannot go on; the message says why."""


@dataclass(frozen=True)
class System:
    """A running system.

    Attributes:
        gateway_url: Of the gateway, without a slash at the end.
        worker_url: Of the matching worker, for its metrics.
        api_key: Of the tenant that gets the jobs and candidates.
        logs: Where a person finds out what went wrong.
    """

    gateway_url: str
    worker_url: str
    api_key: str
    logs: str


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--jobs",
        type=Path,
        nargs="+",
        help="files of postings: CSV, JSON or JSON Lines (default: the sample, dated up to today)",
    )
    parser.add_argument(
        "--cvs", type=Path, default=CVS_FOLDER, help="a folder of CVs: PDF, DOCX or TXT"
    )
    parser.add_argument(
        "--state",
        type=Path,
        default=Path(".blacklight/demo"),
        help="folder for data, logs and report.json (default: %(default)s)",
    )
    running = parser.add_argument_group("a system that runs already, instead of one of its own")
    running.add_argument("--gateway", metavar="URL", help="of the gateway")
    running.add_argument("--worker", metavar="URL", help="of the matching worker")
    running.add_argument(
        "--tenant", type=Path, metavar="FILE", help="what `blacklight_api bootstrap` printed"
    )


def run(options: argparse.Namespace) -> int:
    """Run the demo.

    Returns:
        0 if every stage did what it should, else 1.

    Raises:
        StackError, PostgresError, ProcessError: The system does not start.
    """
    try:
        resumes = _resumes_in(options.cvs)
        jobs = _postings_in(options.jobs or _recent_sample(options.state / "sample"))
        system = _running_system(options)
        return asyncio.run(_run(options.state, system, jobs, resumes))
    except (DemoError, FrontDoorError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except asyncio.CancelledError:
        sys.stderr.write("stopped\n")
        return 1


def _running_system(options: argparse.Namespace) -> System | None:
    given = (options.gateway, options.worker, options.tenant)
    if not any(given):
        return None
    if not all(given):
        raise DemoError("--gateway, --worker and --tenant go together")
    tenant = Tenant.model_validate_json(options.tenant.read_bytes())
    return System(options.gateway, options.worker, _key_of(tenant), "the logs of its containers")


async def _run(
    state: Path, system: System | None, jobs: Sequence[Path], resumes: Sequence[Path]
) -> int:
    _end_cleanly_on_sigterm()
    seconds: dict[str, float] = {}
    if system is not None:
        report = await _through_the_front_door(system, jobs, resumes, seconds)
        return _tell(report, state, system.logs)
    data = state / "stack"
    await remove_state(data)
    with _timed(seconds, "start"):
        stack = Stack(StackOptions(data, fast=True, poll_interval=timedelta(seconds=1)), _say)
        await stack.up()
    try:
        own = await _system_of(stack)
        report = await _through_the_front_door(own, jobs, resumes, seconds)
    finally:
        await stack.down()
    return _tell(report, state, own.logs)


def _tell(report: Report, state: Path, logs: str) -> int:
    """Show what happened; the exit code."""
    report.write(state / "report.json")
    show(report, _console)
    for problem in report.problems():
        _say(f"Not as it should be: {problem}; see {logs}.")
    _say(f"Report: {state / 'report.json'}")
    return 1 if report.problems() else 0


async def _system_of(stack: Stack) -> System:
    tenant = await bootstrap_tenant(
        stack, name="Demo Staffing", slug="demo", admin_email="admin@demo.example"
    )
    return System(
        stack.gateway_url,
        f"http://{LOOPBACK}:{stack.port(_WORKER)}",
        _key_of(tenant),
        str(stack.log_file(_WORKER).parent),
    )


def _key_of(tenant: Tenant) -> str:
    if tenant.api_key is None:
        raise DemoError("the gateway made no API key for the demo's tenant")
    return tenant.api_key


def _end_cleanly_on_sigterm() -> None:
    running = asyncio.current_task()
    if running is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)


async def _through_the_front_door(
    system: System, jobs: Sequence[Path], resumes: Sequence[Path], seconds: dict[str, float]
) -> Report:
    # Half of the candidates are there before the postings and half come after, so that both
    # directions of matching run.
    early, late = resumes[::2], resumes[1::2]
    async with FrontDoor.open(system.gateway_url, system.api_key) as door:
        with _progress() as bars:
            with _timed(seconds, "cvs"):
                first = await _bring_in(door, early, bars, "CVs, first half")
            with _timed(seconds, "jobs"):
                batches = await _import(door, jobs, bars)
            with _timed(seconds, "matching"):
                batches = await _until_matched(door, batches, bars)
            with _timed(seconds, "late_cvs"):
                second = await _bring_in(door, late, bars, "CVs, second half")
        return await _report(system, door, batches, [*first, *second], seconds)


async def _bring_in(
    door: FrontDoor, files: Sequence[Path], bars: Progress, name: str
) -> list[Resume]:
    """Upload CVs and wait until each is read and its candidate matched."""
    uploading = bars.add_task(f"Upload {name}", total=len(files))
    at_once = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def upload(file: Path) -> Resume:
        async with at_once:
            resume = await door.upload_resume(file)
        bars.advance(uploading)
        return resume

    resumes = await asyncio.gather(*(upload(file) for file in files))
    matching = bars.add_task(f"Read and match {name}", total=len(files))
    deadline = _deadline()
    while (done := await _count_done(door, resumes)) < len(resumes):
        bars.update(matching, completed=done)
        await _pause(deadline, f"{len(resumes) - done} CVs are not read and matched")
    bars.update(matching, completed=done)
    return list(resumes)


async def _count_done(door: FrontDoor, resumes: Sequence[Resume]) -> int:
    candidates = await door.candidates()
    unmatched = [
        resume for resume in resumes if candidates[resume.candidate_id]["matched_at"] is None
    ]
    statuses = [await door.document_status(resume) for resume in unmatched]
    # What cannot be read is never matched.
    unreadable = sum(status in {"scanned", "failed"} for status in statuses)
    return len(resumes) - len(unmatched) + unreadable


async def _import(door: FrontDoor, files: Sequence[Path], bars: Progress) -> list[Batch]:
    task = bars.add_task("Import postings", total=len(files))
    batches = []
    for file in files:
        batches.append(await door.import_jobs(file))
        bars.advance(task)
    return batches


async def _until_matched(door: FrontDoor, batches: Sequence[Batch], bars: Progress) -> list[Batch]:
    task = bars.add_task("Match postings", total=100)
    deadline = _deadline()
    while True:
        current = [await door.batch(batch.batch_id) for batch in batches]
        bars.update(task, completed=sum(batch.percent for batch in current) / len(current))
        if all(batch.status == "completed" for batch in current):
            return current
        await _pause(deadline, "the postings are not all matched")


async def _report(
    system: System,
    door: FrontDoor,
    batches: Sequence[Batch],
    resumes: Sequence[Resume],
    seconds: dict[str, float],
) -> Report:
    matches = [await door.matches(resume.candidate_id) for resume in resumes]
    statuses = [await door.document_status(resume) for resume in resumes]
    gateway = await _metrics(f"{system.gateway_url}/metrics")
    worker = await _metrics(f"{system.worker_url}/metrics")
    return Report(
        jobs_received=sum(batch.counts.rows_received for batch in batches),
        jobs_imported=sum(batch.counts.jobs_new for batch in batches),
        rows_failed=sum(batch.counts.rows_failed for batch in batches),
        candidates=len(resumes),
        candidates_unreadable=sum(status != "extracted" for status in statuses),
        candidates_matched=sum(bool(found) for found in matches),
        matches_created=sum(len(found) for found in matches),
        matches_recommended=sum(match.is_recommended for found in matches for match in found),
        events_sent=int(gateway.get("blacklight_outbox_sent_total", 0)),
        runs_completed=int(worker.get("blacklight_workflow_runs_completed_total", 0)),
        runs_failed=int(worker.get("blacklight_workflow_runs_failed_total", 0)),
        seconds=seconds,
        top_matches=_top(matches),
    )


def _top(matches: Sequence[Sequence[Match]]) -> list[Match]:
    """Each candidate's best match; where that leaves room, each one's second best, and so on."""
    ranked = [(rank, match) for found in matches for rank, match in enumerate(found)]
    ranked.sort(key=lambda entry: (entry[0], -entry[1].score))
    return sorted((match for _, match in ranked[:TOP_MATCHES]), key=lambda match: -match.score)


async def _metrics(url: str) -> dict[str, float]:
    """Metrics by name, summed over their labels."""
    async with httpx.AsyncClient(timeout=10) as http:
        page = (await http.get(url)).raise_for_status().text
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    return sums


def _recent_sample(folder: Path) -> list[Path]:
    """The sample's postings, dated up to today: those in the source grow old, and would expire."""
    write_postings(folder, newest=datetime.now(UTC).date())
    return [folder / JOBS_CSV.name, folder / JOBS_JSONL.name]


def _postings_in(files: Sequence[Path]) -> list[Path]:
    for file in files:
        if not file.is_file():
            raise DemoError(f"there is no file {file}")
        if file.suffix.lower() not in MEDIA_TYPES:
            raise DemoError(f"{file}: give postings as {', '.join(sorted(MEDIA_TYPES))}")
    return list(files)


def _resumes_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DemoError(f"there is no folder {folder}")
    found = [file for file in folder.iterdir() if file.suffix.lower() in RESUME_SUFFIXES]
    if not found:
        raise DemoError(f"{folder} holds no CVs: {', '.join(sorted(RESUME_SUFFIXES))}")
    return sorted(found)


@contextmanager
def _timed(seconds: dict[str, float], stage: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[stage] = round(time.monotonic() - started, 2)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description:<32}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=_console,
    )


def _deadline() -> float:
    return time.monotonic() + STAGE_TIMEOUT.total_seconds()


async def _pause(deadline: float, problem: str) -> None:
    if time.monotonic() > deadline:
        raise DemoError(f"after {STAGE_TIMEOUT} {problem}")
    await asyncio.sleep(POLL_INTERVAL.total_seconds())


def _say(line: str) -> None:
    _console.print(line, markup=False)
