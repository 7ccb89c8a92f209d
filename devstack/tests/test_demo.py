"""The demo on a system that runs already: what it must be told."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
from blacklight_devstack.demo import configure, run


def demo(tmp_path: Path, **given: str) -> int:
    parser = argparse.ArgumentParser()
    configure(parser)
    arguments = [part for name, value in given.items() for part in (f"--{name}", value)]
    return run(parser.parse_args(["--state", str(tmp_path / "state"), *arguments]))


@pytest.mark.parametrize("left_out", ["gateway", "worker", "tenant"])
def test_a_running_system_is_named_whole(
    left_out: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = "http://127.0.0.1:1"
    whole = {"gateway": url, "worker": url, "tenant": str(tmp_path / "tenant.json")}
    assert demo(tmp_path, **{name: whole[name] for name in whole.keys() - {left_out}}) == 1
    assert "--gateway, --worker and --tenant go together" in capsys.readouterr().err


def test_its_tenant_has_a_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tenant = tmp_path / "tenant.json"
    tenant.write_text('{"tenant_id": 1}')
    url = "http://127.0.0.1:1"
    assert demo(tmp_path, gateway=url, worker=url, tenant=str(tenant)) == 1
    assert "no API key" in capsys.readouterr().err
