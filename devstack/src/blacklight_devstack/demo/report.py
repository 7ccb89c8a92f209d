"""What the demo shows at the end, and the report that programs read."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from blacklight_devstack.demo.front_door import Match

MISSING_SKILLS_SHOWN = 6


class Report(BaseModel):
    """What happened, in numbers, and the best matches."""

    jobs_received: int
    jobs_imported: int
    rows_failed: int
    candidates: int
    candidates_unreadable: int
    candidates_matched: int
    matches_created: int
    matches_recommended: int
    events_sent: int
    runs_completed: int
    runs_failed: int
    seconds: dict[str, float]
    top_matches: list[Match]

    def write(self, file: Path) -> None:
        """Write the report as JSON."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(self.model_dump_json(indent=2), encoding="utf-8")

    def problems(self) -> list[str]:
        """Why the demo has not done what it should; empty if it has."""
        checks = {
            "no posting was imported": self.jobs_imported > 0,
            "no CV could be read": self.candidates > self.candidates_unreadable,
            "no match was made": self.matches_created > 0,
            f"{self.runs_failed} runs of workflows failed": self.runs_failed == 0,
        }
        return [problem for problem, is_fine in checks.items() if not is_fine]


def show(report: Report, console: Console) -> None:
    """Print the numbers, the table of the best matches, and why the first ones match."""
    console.print(_numbers(report))
    if not report.top_matches:
        return
    console.print(_table(report.top_matches))
    for match in report.top_matches[:3]:
        console.print(_explained(match))


def _numbers(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    rows = {
        "Postings": f"{report.jobs_imported:,} imported of {report.jobs_received:,}",
        "Candidates": f"{report.candidates:,}, {report.candidates_unreadable} not readable,"
        f" {report.candidates_matched} with matches",
        "Matches": f"{report.matches_created:,}, {report.matches_recommended:,} recommended",
        "Workflow runs": f"{report.runs_completed:,} completed, {report.runs_failed} failed",
        "Seconds": ", ".join(f"{name} {value:.1f}" for name, value in report.seconds.items()),
    }
    for name, value in rows.items():
        table.add_row(f"[bold]{name}[/bold]", value)
    return table


def _table(matches: Sequence[Match]) -> Table:
    table = Table(title="The best matches", title_justify="left", expand=True)
    table.add_column("Grade", justify="center", no_wrap=True)
    table.add_column("Score", justify="right", no_wrap=True)
    table.add_column("Candidate", ratio=3)
    table.add_column("Posting", ratio=5)
    table.add_column("Skills", justify="right", no_wrap=True)
    table.add_column("Missing", ratio=4)
    for match in matches:
        asked = len(match.matched_skills) + len(match.missing_skills)
        table.add_row(
            match.grade or "–",
            f"{match.score:.1f}",
            escape(_name(match)),
            escape(_posting(match)),
            f"{len(match.matched_skills)}/{asked}",
            escape(_missing(match)),
        )
    return table


def _explained(match: Match) -> Panel:
    lines = [escape(match.summary), ""]
    lines += [
        f"  {category.category:<11}{_percent(category.score_percent):>6}"
        f"  × {category.weight_applied:.2f}  {escape(category.words)}"
        for category in match.breakdown
    ]
    lines += ["", *(f"  • {escape(reason)}" for reason in match.reasons)]
    title = f"{match.grade or '–'} {match.score:.1f}  {_name(match)} → {_posting(match)}"
    return Panel("\n".join(lines), title=escape(title), title_align="left")


def _name(match: Match) -> str:
    person = match.candidate
    name = f"{person.first_name} {person.last_name}".strip() or f"Candidate {person.id}"
    return f"{name}, {person.headline}" if person.headline else name


def _posting(match: Match) -> str:
    return ", ".join(
        part for part in (match.job.title, match.job.company, match.job.location) if part
    )


def _missing(match: Match) -> str:
    names = [skill.name for skill in match.missing_skills]
    shown = ", ".join(names[:MISSING_SKILLS_SHOWN])
    more = len(names) - MISSING_SKILLS_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _percent(score: float | None) -> str:
    return "n/a" if score is None else f"{score:.0f} %"
