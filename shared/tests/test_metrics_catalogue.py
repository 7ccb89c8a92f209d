from __future__ import annotations

import re
from pathlib import Path

from blacklight_shared.metrics_catalogue import metrics_catalogue, metrics_markdown

ROOT = Path(__file__).parents[2]
DEFINITION = re.compile(r"= (?:Counter|Gauge|Histogram|Summary|Info|Enum)\(\s*\"(\w+)\"")


def test_the_published_page_is_current() -> None:
    assert (ROOT / "docs/metrics.md").read_text() == metrics_markdown(), "run: make docs"


def test_every_metric_in_the_code_is_listed() -> None:
    sources = [*ROOT.glob("shared/src/**/*.py"), *ROOT.glob("services/*/src/**/*.py")]
    defined = {name for source in sources for name in DEFINITION.findall(source.read_text())}

    listed = {entry.name.removesuffix("_total") for entry in metrics_catalogue()}
    assert defined
    assert listed == defined


def test_names_say_the_system_and_the_unit() -> None:
    for entry in metrics_catalogue():
        assert entry.name.startswith("blacklight_"), entry.name
        assert entry.name.endswith("_total") is (entry.kind == "counter"), entry.name
        if entry.kind == "histogram":
            assert entry.name.endswith("_seconds"), entry.name
        assert entry.meaning, entry.name


def test_a_histogram_is_scraped_under_three_names() -> None:
    [entry] = [
        entry for entry in metrics_catalogue() if entry.name.endswith("http_request_seconds")
    ]

    assert entry.labels == ("method", "route", "status")
    assert entry.samples == tuple(f"{entry.name}_{end}" for end in ("bucket", "sum", "count"))
