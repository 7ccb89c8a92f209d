"""Alerts fire when they should and are silent when they should, as promtool evaluates them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.test_watching import MONITORING, rules

WATCHED_MINUTES = 120
_TIMEOUT_SECONDS = 60

Samples = dict[str, str]
"""Values of series, minute by minute, in promtool's notation: `0+5x120` grows by 5 a minute."""


@dataclass(frozen=True)
class Case:
    """What an alert is for.

    Attributes:
        alert: Its name.
        loud: Samples at which it fires.
        calm: Samples, not far from that, at which it does not.
        labels: Of the alert that fires, besides its severity.
    """

    alert: str
    loud: Samples
    calm: Samples
    labels: Mapping[str, str]


def runs(of: str, workflow: str, a_minute: str) -> Samples:
    return {f'blacklight_workflow_runs_{of}_total{{namespace="b",workflow="{workflow}"}}': a_minute}


def waits(bucket: str, a_minute: str) -> Samples:
    series = "blacklight_workflow_queue_seconds_bucket"
    return {f'{series}{{namespace="b",workflow="w",le="{bucket}"}}': a_minute}


def requests(status: str, a_minute: str) -> Samples:
    series = "blacklight_http_request_seconds_count"
    return {f'{series}{{namespace="b",job="blacklight-api",status="{status}"}}': a_minute}


def answers(route: str, seconds: str, a_minute: str) -> Samples:
    series = "blacklight_http_request_seconds_bucket"
    labels = f'namespace="b",job="blacklight-api",route="{route}",le="{seconds}"'
    return {f"{series}{{{labels}}}": a_minute}


def calls(method: str, a_minute: str) -> Samples:
    series = "blacklight_http_request_seconds_count"
    return {f'{series}{{namespace="b",route="/api/inngest",method="{method}"}}': a_minute}


def mails(status: str, a_minute: str) -> Samples:
    return {f'blacklight_mails_total{{namespace="b",template="t",status="{status}"}}': a_minute}


def syncs(error: str, a_minute: str) -> Samples:
    series = "blacklight_inbox_syncs_total"
    return {f'{series}{{namespace="b",provider="gmail",error="{error}"}}': a_minute}


IN_B = {"namespace": "b"}

CASES = (
    Case(
        "BlacklightOutboxLags",
        loud={'blacklight_outbox_oldest_seconds{namespace="b"}': "0+60x120"},
        calm={'blacklight_outbox_oldest_seconds{namespace="b"}': "250x120"},
        labels=IN_B,
    ),
    Case(
        "BlacklightOutboxHasDeadEvents",
        loud={
            'blacklight_outbox_dead{namespace="b",pod="1"}': "1x120",
            'blacklight_outbox_dead{namespace="b",pod="2"}': "1x120",
        },
        calm={'blacklight_outbox_dead{namespace="b"}': "0x120"},
        labels=IN_B,
    ),
    Case(
        "BlacklightNoRelay",
        loud={'up{job="blacklight-api",namespace="b"}': "1x120"},
        calm={'blacklight_outbox_oldest_seconds{namespace="b"}': "0x120"},
        labels={},
    ),
    Case(
        "BlacklightRunsFail",
        loud=runs("started", "w", "0+10x120") | runs("failed", "w", "0+1x120"),
        calm=runs("started", "w", "0+100x120") | runs("failed", "w", "0+1x120"),
        labels={"namespace": "b", "workflow": "w"},
    ),
    Case(
        "BlacklightRunsWait",
        loud=waits("900", "0+1x120") | waits("3600", "0+10x120") | waits("+Inf", "0+10x120"),
        calm=waits("900", "0+10x120") | waits("3600", "0+10x120") | waits("+Inf", "0+10x120"),
        labels={"namespace": "b", "workflow": "w"},
    ),
    Case(
        "BlacklightEngineSilent",
        loud=calls("POST", "7x120") | calls("PUT", "0+4x120"),
        calm=calls("POST", "0+1x120"),
        labels=IN_B,
    ),
    Case(
        "BlacklightImportsWait",
        loud={'blacklight_import_oldest_chunk_seconds{namespace="b"}': "0+60x120"},
        calm={'blacklight_import_oldest_chunk_seconds{namespace="b"}': "1200x120"},
        labels=IN_B,
    ),
    Case(
        "BlacklightInboxOverdue",
        loud={'blacklight_inbox_overdue_seconds{namespace="b"}': "0+60x120"},
        calm={'blacklight_inbox_overdue_seconds{namespace="b"}': "900x120"},
        labels=IN_B,
    ),
    Case(
        "BlacklightInboxSyncsFail",
        loud=syncs("", "0+2x120") | syncs("unavailable", "0+1x120"),
        calm=syncs("", "0+20x120") | syncs("unavailable", "0+1x120"),
        labels={"namespace": "b", "provider": "gmail"},
    ),
    Case(
        "BlacklightMailsFail",
        loud=mails("sent", "0+10x120") | mails("failed", "0+1x120") | mails("retrying", "0+9x120"),
        calm=mails("sent", "0+50x120") | mails("bounced", "0+1x120"),
        labels=IN_B,
    ),
    Case(
        "BlacklightMailServerAway",
        loud=mails("retrying", "0+1x120") | mails("sent", "50x120"),
        calm=mails("retrying", "0+1x120") | mails("sent", "0+1x120"),
        labels=IN_B,
    ),
    Case(
        "BlacklightGatewayErrors",
        loud=requests("200", "0+600x120") | requests("503", "0+60x120"),
        calm=requests("200", "0+600x120") | requests("503", "0+1x120"),
        labels=IN_B,
    ),
    Case(
        "BlacklightGatewaySlow",
        loud=answers("/jobs", "2.5", "0+1x120")
        | answers("/jobs", "5.0", "0+9x120")
        | answers("/jobs", "+Inf", "0+9x120"),
        calm=answers("/api/v1/jobs/import", "2.5", "0+1x120")
        | answers("/api/v1/jobs/import", "+Inf", "0+9x120")
        | answers("/jobs", "1.0", "0+9x120")
        | answers("/jobs", "+Inf", "0+9x120"),
        labels=IN_B,
    ),
    Case(
        "BlacklightTargetDown",
        loud={'up{job="blacklight-matching",namespace="b",pod="p"}': "0x120"},
        calm={'up{job="other",namespace="b",pod="p"}': "0x120"},
        labels={"job": "blacklight-matching", "namespace": "b", "pod": "p"},
    ),
    Case(
        "BlacklightMigrationFailed",
        loud={'kube_job_status_failed{job_name="blacklight-migrations-0.1.0"}': "1x120"},
        calm={'kube_job_status_failed{job_name="blacklight-migrations-0.1.0"}': "0x120"},
        labels={"job_name": "blacklight-migrations-0.1.0"},
    ),
)


def test_every_alert_has_a_case() -> None:
    assert [case.alert for case in CASES] == [rule["alert"] for rule in rules()]


def test_alerts_fire_when_they_should_and_only_then(tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool, which comes with Prometheus, is not installed")
    manifest = yaml.safe_load((MONITORING / "alerts.yaml").read_text())
    severities = {}
    for group in manifest["spec"]["groups"]:
        for rule in group["rules"]:
            severities[rule["alert"]] = rule["labels"]["severity"]
            # promtool would want the words of each alert again.
            del rule["annotations"]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(manifest["spec"]))
    tests = [one for case in CASES for one in _tests(case, severities[case.alert])]
    document = {"rule_files": ["rules.yaml"], "evaluation_interval": "1m", "tests": tests}
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(document))

    done = subprocess.run(  # noqa: S603 -- a tool from the path, with files of our own
        [promtool, "test", "rules", str(tmp_path / "tests.yaml")],
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def _tests(case: Case, severity: str) -> list[dict[str, Any]]:
    fired = [{"exp_labels": {**case.labels, "severity": severity}}]
    return [_test(case.alert, case.loud, fired), _test(case.alert, case.calm, [])]


def _test(alert: str, samples: Samples, fired: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in samples.items()],
        "alert_rule_test": [
            {"eval_time": f"{WATCHED_MINUTES}m", "alertname": alert, "exp_alerts": fired}
        ],
    }
