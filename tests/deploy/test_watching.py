"""Alerts, dashboard and autoscaling ask for metrics that the code has."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from blacklight_shared.metrics_catalogue import metrics_catalogue
from promql_parser import AggregateExpr, VectorSelector

from tests.deploy.manifests import K8S, ROOT

MONITORING = K8S / "components/monitoring"

OF_TARGETS = frozenset({"namespace", "job", "pod", "service", "instance"})
"""Labels that the Prometheus Operator adds to whatever it scrapes."""
OF_OTHERS = {
    "up": frozenset[str](),
    "process_cpu_seconds_total": frozenset[str](),
    "process_resident_memory_bytes": frozenset[str](),
    "kube_job_status_failed": frozenset({"job_name", "reason"}),
    "inngest_queue_depth": frozenset[str](),
}
"""Metrics of Prometheus, every Python process, kube-state-metrics and the Inngest server."""


@dataclass(frozen=True)
class Query:
    """PromQL, and where it stands."""

    place: str
    text: str

    def __str__(self) -> str:
        return self.place


def rules() -> list[dict[str, Any]]:
    manifest = yaml.safe_load((MONITORING / "alerts.yaml").read_text())
    return [rule for group in manifest["spec"]["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    dashboard = json.loads((MONITORING / "blacklight.json").read_text())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries() -> Iterator[Query]:
    for rule in rules():
        yield Query(rule["alert"], rule["expr"])
    for panel in panels():
        for target in panel["targets"]:
            text = target["expr"].replace("$__rate_interval", "5m")
            yield Query(f"{panel['title']} {target['refId']}", text)
    scaled = yaml.safe_load((K8S / "components/keda-matching/scaled-object.yaml").read_text())
    for trigger in scaled["spec"]["triggers"]:
        if trigger["type"] == "prometheus":
            yield Query("KEDA", trigger["metadata"]["query"])


@cache
def labels_by_sample() -> dict[str, frozenset[str]]:
    return OF_OTHERS | {
        sample: frozenset(entry.labels) | ({"le"} if sample.endswith("_bucket") else frozenset())
        for entry in metrics_catalogue()
        for sample in entry.samples
    }


def parts(query: Query) -> list[promql_parser.Expr]:
    found: list[promql_parser.Expr] = []
    promql_parser.walk(promql_parser.parse(query.text), found.append)
    return found


def selectors(query: Query) -> list[VectorSelector]:
    return [part for part in parts(query) if isinstance(part, VectorSelector)]


@pytest.mark.parametrize("query", list(queries()), ids=str)
def test_a_query_is_answered_by_metrics_with_its_labels(query: Query) -> None:
    asked = selectors(query)
    assert asked

    offered: set[str] = set(OF_TARGETS)
    for selector in asked:
        assert selector.name in labels_by_sample(), "no such metric"
        labels = labels_by_sample()[selector.name] | OF_TARGETS
        offered |= labels
        assert {matcher.name for matcher in selector.matchers.matchers} <= labels
    for part in parts(query):
        if isinstance(part, AggregateExpr) and part.modifier is not None:
            assert set(part.modifier.labels) <= offered


def test_every_metric_is_shown() -> None:
    shown = {selector.name for query in queries() for selector in selectors(query)}

    unseen = [entry.name for entry in metrics_catalogue() if shown.isdisjoint(entry.samples)]
    assert unseen == []


def test_what_has_to_be_told_is_told() -> None:
    text = " ".join(rule["expr"] for rule in rules())
    for metric in (
        "blacklight_outbox_oldest_seconds",
        "blacklight_workflow_runs_failed_total",
        "blacklight_workflow_queue_seconds_bucket",
        "blacklight_import_oldest_chunk_seconds",
        "blacklight_inbox_overdue_seconds",
        "blacklight_mails_total",
    ):
        assert metric in text


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
class TestAnAlert:
    def test_says_how_bad_it_is_and_what_to_do(self, rule: dict[str, Any]) -> None:
        assert rule["labels"]["severity"] in {"warning", "critical"}
        assert rule["annotations"].keys() == {"summary", "description", "runbook"}

    def test_is_explained(self, rule: dict[str, Any]) -> None:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert anchor == rule["alert"].lower()
        assert rule["alert"] in headings(ROOT / page)

    def test_speaks_of_labels_that_the_answer_has(self, rule: dict[str, Any]) -> None:
        texts = " ".join(rule["annotations"].values())
        spoken = set(re.findall(r"\$labels\.(\w+)", texts))
        query = Query(rule["alert"], rule["expr"])
        kept: set[str] = set()
        for part in parts(query):
            if isinstance(part, AggregateExpr) and part.modifier is not None:
                kept |= set(part.modifier.labels)
        if not kept:
            names = [selector.name for selector in selectors(query)]
            kept = set(OF_TARGETS).union(*(labels_by_sample()[str(name)] for name in names))
        assert spoken <= kept


def test_the_page_of_alerts_explains_no_others() -> None:
    assert headings(ROOT / "docs/alerts.md") == {rule["alert"] for rule in rules()}


def test_panels_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert place["x"] + place["w"] <= 24
        taken |= cells


def headings(page: Path) -> set[str]:
    return set(re.findall(r"^## (\w+)$", page.read_text(), re.MULTILINE))
