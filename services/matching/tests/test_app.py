from __future__ import annotations

import pkgutil

import blacklight_matching.functions
import httpx
import pytest
from blacklight_devstack.engine_testing import served_app
from blacklight_devstack.postgres_roles import DatabaseUrls
from blacklight_matching.app import create_app
from blacklight_matching.functions import WORKFLOWS


def test_every_workflow_has_the_module_of_its_name() -> None:
    modules = [
        module.name for module in pkgutil.iter_modules(blacklight_matching.functions.__path__)
    ]
    assert sorted(workflow.id.replace("-", "_") for workflow in WORKFLOWS) == sorted(modules)


def test_the_app_starts_from_its_environment(
    database: DatabaseUrls, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**database.environment(), "INNGEST_DEV": "1"}.items():
        monkeypatch.setenv(name, value)

    with served_app(create_app(), sync=False) as url:
        assert httpx.get(f"{url}/healthz").json() == {"status": "ok"}
        assert httpx.get(f"{url}/readyz").json()["ready"]
        assert "blacklight_matches_written_total" in httpx.get(f"{url}/metrics").text
        listed = httpx.get(f"{url}/api/inngest").json()
    assert listed["function_count"] >= len(WORKFLOWS)
