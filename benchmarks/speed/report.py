"""What a benchmark gives, and how all of it is shown and kept."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psutil


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure beside a peer and a limit, all measured in one run.

    Attributes:
        name: What was done.
        sizes: How much of it.
        unit: Of ``ours``, ``peer`` and ``limit``.
        ours: The system.
        peer: The same done pair by pair with objects, or another way that one would take.
        limit: What could not be undercut: the same arithmetic on arrays, the same rows by COPY.
        peer_note: How the peer was measured.
        limit_note: What the limit consists of.
        targets: What was promised, each with whether it is kept.
    """

    name: str
    sizes: str
    unit: str
    ours: float
    peer: float | None = None
    limit: float | None = None
    peer_note: str = ""
    limit_note: str = ""
    targets: tuple[tuple[str, bool], ...] = ()

    @property
    def ratio(self) -> float | None:
        """How many times the peer takes what we take."""
        return None if self.peer is None else self.peer / self.ours

    @property
    def ratio_to_limit(self) -> float | None:
        """How many times we take what the limit takes."""
        return None if self.limit is None else self.ours / self.limit


def write_results(figures: Sequence[Figure], path: Path, *, version: str, load: float) -> None:
    """Keep figures as JSON; those of the same version and machine that were kept before stay.

    Args:
        figures: What was measured now; a figure of the same name is replaced.
        path: The file.
        version: Of the system; figures of another one are dropped.
        load: Average number of processes that wanted to run in the minute before.
    """
    document: dict[str, Any] = {"version": version, "machine": machine(), "figures": []}
    if path.exists():
        kept = orjson.loads(path.read_bytes())
        if (kept["version"], kept["machine"]) == (version, document["machine"]):
            document = kept
    measured = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "load": load}
    rows = {row["name"]: row for row in document["figures"]}
    for figure in figures:
        ratios = {"ratio": figure.ratio, "ratio_to_limit": figure.ratio_to_limit}
        rows[figure.name] = {**asdict(figure), **ratios, **measured}
    document["figures"] = list(rows.values())
    path.write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def version() -> str:
    """The commit that is checked out; ``unknown`` outside a repository."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    done = subprocess.run(  # noqa: S603 -- git, and no input
        [git, "rev-parse", "--short", "HEAD"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"


def machine() -> str:
    """The machine in a few words."""
    memory_gib = psutil.virtual_memory().total / 1024**3
    return (
        f"{os.cpu_count()} cores, {memory_gib:.0f} GiB, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}"
    )


def table(figures: Sequence[Figure]) -> str:
    """Figures as a table in Markdown."""
    lines = [
        "| what | sizes | unit | ours | peer | ratio | limit | to limit | target |",
        "|---|---|---|---:|---:|---:|---:|---:|---|",
    ]
    lines += [
        f"| {figure.name} | {figure.sizes} | {figure.unit} | {_number(figure.ours)}"
        f" | {_number(figure.peer)} | {_times(figure.ratio)} | {_number(figure.limit)}"
        f" | {_times(figure.ratio_to_limit)} | {_targets(figure)} |"
        for figure in figures
    ]
    notes = {
        f"- {figure.name}: {side} is {note}."
        for figure in figures
        for side, note in (("peer", figure.peer_note), ("limit", figure.limit_note))
        if note
    }
    return "\n".join([*lines, "", *sorted(notes)])


def _targets(figure: Figure) -> str:
    return "; ".join(f"{target}: {'yes' if kept else 'NO'}" for target, kept in figure.targets)


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"


def _times(value: float | None) -> str:
    return "–" if value is None else f"{_number(value)} ×"
