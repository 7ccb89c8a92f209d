"""The benchmarks run, and say what they measured in the form that is kept."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.speed.report import Figure, table, write_results

REPOSITORY = Path(__file__).parent.parent.parent
IS_LONG = os.environ.get("BLACKLIGHT_CHAOS") == "long"


def figure() -> Figure:
    return Figure(
        name="matching",
        sizes="2 × 3",
        unit="s",
        ours=0.5,
        peer=200.0,
        limit=0.25,
        peer_note="objects",
        limit_note="arrays",
        targets=(("≥ 300 × the peer", True), ("≤ 1 × the limit", False)),
    )


class TestFigure:
    def test_tells_how_far_it_is_from_peer_and_limit(self) -> None:
        assert (figure().ratio, figure().ratio_to_limit) == (400.0, 2.0)

    def test_has_no_ratio_to_what_was_not_measured(self) -> None:
        alone = Figure(name="alone", sizes="", unit="s", ours=1.0)
        assert (alone.ratio, alone.ratio_to_limit) == (None, None)

    def test_stands_in_the_table_with_its_targets_and_notes(self) -> None:
        lines = table([figure()]).splitlines()
        assert lines[2] == (
            "| matching | 2 × 3 | s | 0.5 | 200 | 400 × | 0.25 | 2 ×"
            " | ≥ 300 × the peer: yes; ≤ 1 × the limit: NO |"
        )
        assert "- matching: peer is objects." in lines

    def test_is_kept_with_its_ratios(self, tmp_path: Path) -> None:
        write_results([figure()], tmp_path / "results.json", version="1", load=0.5)
        (kept,) = json.loads((tmp_path / "results.json").read_bytes())["figures"]
        assert kept["ratio"] == 400.0
        assert kept["ratio_to_limit"] == 2.0
        assert {"name", "ours", "peer", "limit", "sizes", "unit"} <= kept.keys()

    @pytest.mark.parametrize(
        ("version", "kept"), [("1", {"matching": 0.7, "alone": 1.0}), ("2", {"matching": 0.7})]
    )
    def test_stays_beside_those_of_later_runs_of_its_version(
        self, version: str, kept: dict[str, float], tmp_path: Path
    ) -> None:
        alone = Figure(name="alone", sizes="", unit="s", ours=1.0)
        results = tmp_path / "results.json"
        write_results([figure(), alone], results, version="1", load=0.5)
        write_results([replace(figure(), ours=0.7)], results, version=version, load=0.5)
        figures = json.loads(results.read_bytes())["figures"]
        assert {row["name"]: row["ours"] for row in figures} == kept


@pytest.mark.chaos
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("benchmark", "figures"),
    [
        ("generate-candidate-matches", 9),
        ("match-jobs-to-candidates", 2),
        ("import-endpoint", 2),
    ],
)
def test_small_form(benchmark: str, figures: int, tmp_path: Path) -> None:
    if not IS_LONG:
        pytest.skip("starts many processes; the long form runs it")
    output = tmp_path / "results.json"
    options = ["--small", "--only", benchmark, "--output", str(output)]
    done = subprocess.run(  # noqa: S603 -- a module of this workspace
        [sys.executable, "-m", "benchmarks.speed", *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    kept = json.loads(output.read_bytes())["figures"]
    assert len(kept) == figures
    assert all(figure["ours"] > 0 for figure in kept)
    targets = [target for one in kept for target in one["targets"]]
    assert all(is_kept for name, is_kept in targets if "brute force" in name)
