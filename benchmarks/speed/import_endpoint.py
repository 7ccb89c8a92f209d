"""An upload of postings, from the HTTP request to committed rows and outbox."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import psutil
from blacklight_devstack.ports import LOOPBACK, free_port
from blacklight_shared.skills import SkillTaxonomy

from benchmarks.speed.limits import copy_seconds
from benchmarks.speed.market import Market
from benchmarks.speed.report import Figure
from benchmarks.speed.store import ROLE_ID, written_jobs
from benchmarks.speed.system import GATEWAY, Installation, MeasuredDatabase, run_module

TIMES_THE_LIMIT = 5
MEMORY_GROWTH_MIB = 32
"""What two uploads may differ by; the larger file is some forty megabytes longer."""

_COLUMNS = (
    *("external_id", "title", "company", "location", "work_mode", "description"),
    *("experience_min_years", "experience_max_years", "salary_min", "salary_max"),
    *("salary_currency", "salary_period", "url"),
)
_STORED = (
    "source, external_id, title, company, location, description, work_mode, skills,"
    " experience_min_years, experience_max_years, salary_min, salary_max, salary_currency,"
    " salary_period, url, content_hash, import_batch_id, imported_by_tenant_id"
)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many postings a file has.

    Attributes:
        rows: Of the measured file.
        smaller: Of a file to compare the memory with.
        repeats: Uploads of each file, as new postings every time; the fastest counts.
    """

    rows: int = 50_000
    smaller: int = 5_000
    repeats: int = 2


def measure(installation: Installation, sizes: Sizes) -> list[Figure]:
    """Upload a small and a large file."""
    files = {
        count: _write_file(installation.folder / f"postings-{count}.csv", count)
        for count in (sizes.smaller, sizes.rows)
    }
    with installation.database("imports") as database:
        key = _bootstrap(database)
        seconds, peaks = {}, {}
        for count, file in files.items():
            with _gateway(installation, database) as (url, process):
                _upload(url, key, files[sizes.smaller], f"warm-{count}")
                seconds[count] = min(
                    _upload(url, key, file, f"measured-{count}-{repeat}")
                    for repeat in range(sizes.repeats)
                )
                peaks[count] = _peak_mib(process)
        stored = int(database.value("SELECT count(*) FROM job_postings"))
        where = f"source = 'measured-{sizes.rows}-0'"
        copying = copy_seconds(database, "job_postings", _STORED, where)
    growth = peaks[sizes.rows] - peaks[sizes.smaller]
    ours = seconds[sizes.rows]
    size_mib = files[sizes.rows].stat().st_size / 2**20
    if stored != sum(sizes.smaller + sizes.repeats * count for count in files):
        raise RuntimeError(f"{stored:,} postings were stored")
    return [
        Figure(
            name="import endpoint, request to rows and outbox",
            sizes=f"{sizes.rows:,} rows of CSV, {size_mib:.0f} MiB",
            unit="s",
            ours=ours,
            limit=copying,
            limit_note="a COPY of the rows",
            targets=((f"≤ {TIMES_THE_LIMIT} × the limit", ours / copying <= TIMES_THE_LIMIT),),
        ),
        Figure(
            name="peak memory of the gateway",
            sizes=f"{sizes.rows:,} rows beside {sizes.smaller:,}",
            unit="MiB",
            ours=peaks[sizes.rows],
            limit=peaks[sizes.smaller],
            limit_note="the peak with the smaller file",
            targets=(("independent of the file's size", growth <= MEMORY_GROWTH_MIB),),
        ),
    ]


def _write_file(path: Path, count: int) -> Path:
    words = {skill_id: skill.name for skill_id, skill in SkillTaxonomy.builtin().skills.items()}
    jobs = Market.open().jobs(np.arange(1, count + 1), ROLE_ID)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        for number, row in enumerate(written_jobs(jobs, words)):
            _, external_id, title, location, mode, _, _, description, *numbers = row
            company, url = f"Company {number % 997}", f"https://jobs.example/{external_id}"
            text = f"{description}\n{_FILLER}"
            writer.writerow([external_id, title, company, location, mode, text, *numbers, url])
    return path


_FILLER = "We build software that people like to use, in small teams that own what they make. " * 8


def _bootstrap(database: MeasuredDatabase) -> str:
    printed = run_module(
        "blacklight_api",
        *("bootstrap", "--platform", "--tenant", "Firm", "--slug", "firm"),
        *("--admin-email", "admin@example.com"),
        environment=database.urls.environment(),
    )
    return str(json.loads(printed)["platform_api_key"])


@contextmanager
def _gateway(
    installation: Installation, database: MeasuredDatabase
) -> Iterator[tuple[str, psutil.Process]]:
    port = free_port()
    with installation.served(GATEWAY, port, database.urls.environment()) as process:
        yield f"http://{LOOPBACK}:{port}/api/v1", process


def _upload(url: str, key: str, file: Path, source: str) -> float:
    """Seconds until the gateway answers, when every row and event is committed."""
    with file.open("rb") as content:
        started = time.perf_counter()
        answer = httpx.post(
            f"{url}/jobs/import",
            params={"source": source},
            content=iter(lambda: content.read(1 << 16), b""),
            headers={"Authorization": f"Bearer {key}", "Content-Type": "text/csv"},
            timeout=600,
        )
        seconds = time.perf_counter() - started
    answer.raise_for_status()
    return seconds


def _peak_mib(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
