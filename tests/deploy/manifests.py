"""The Kubernetes manifests as kubectl renders them, and what to find in them."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy/k8s"
OVERLAYS = ("dev", "production", "production-cloud")
WORKERS = ("matching", "notifications", "email-sync", "registration")
SERVICES = ("api", *WORKERS)

Manifest = dict[str, Any]

_TIMEOUT_SECONDS = 60


@cache
def rendered(folder: str) -> list[Manifest]:
    """What `kubectl apply -k` would apply; a test that asks is skipped where kubectl is missing."""
    if not _has_kustomize():
        pytest.skip("kubectl 1.27 or newer is not installed")
    return list(yaml.load_all(_kubectl("kustomize", str(K8S / folder)), yaml.CSafeLoader))


def of_kind(manifests: list[Manifest], *kinds: str) -> list[Manifest]:
    return [manifest for manifest in manifests if manifest["kind"] in kinds]


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    [found] = [one for one in of_kind(manifests, kind) if one["metadata"]["name"] == name]
    return found


def names(manifests: list[Manifest], *kinds: str) -> set[str]:
    return {manifest["metadata"]["name"] for manifest in of_kind(manifests, *kinds)}


def workloads(manifests: list[Manifest]) -> list[Manifest]:
    """Everything that makes pods."""
    return of_kind(manifests, "Deployment", "StatefulSet", "Job")


def pod(workload: Manifest) -> Manifest:
    spec: Manifest = workload["spec"]["template"]["spec"]
    return spec


def pod_labels(workload: Manifest) -> dict[str, str]:
    labels: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return labels


def container(workload: Manifest) -> Manifest:
    [only] = pod(workload)["containers"]
    assert isinstance(only, dict)
    return only


def environment(
    manifests: list[Manifest], workload: Manifest, vault: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """The variables of a workload's container.

    Args:
        manifests: Where its settings and secrets are.
        workload: Which one.
        vault: Secrets that come from outside, by their names.
    """
    found: dict[str, str] = {}
    for source in container(workload).get("envFrom", []):
        found |= _values(manifests, source, vault)
    for variable in container(workload).get("env", []):
        found[variable["name"]] = variable["value"]
    return found


@cache
def _has_kustomize() -> bool:
    if shutil.which("kubectl") is None:
        return False
    version = json.loads(_kubectl("version", "--client", "--output=json"))
    # Older ones, which know no components, do not tell.
    return str(version.get("kustomizeVersion", "")).startswith("v5.")


def _kubectl(*arguments: str) -> str:
    return subprocess.run(  # noqa: S603 -- with our own arguments
        ["kubectl", *arguments],  # noqa: S607 -- the one on the path
        check=True,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_SECONDS,
    ).stdout


def _values(
    manifests: list[Manifest], source: Manifest, vault: Mapping[str, Mapping[str, str]]
) -> Mapping[str, str]:
    if "configMapRef" in source:
        settings: dict[str, str] = named(manifests, "ConfigMap", source["configMapRef"]["name"])[
            "data"
        ]
        return settings
    name, is_optional = source["secretRef"]["name"], source["secretRef"].get("optional", False)
    if name in names(manifests, "Secret"):
        return dict(_decoded(named(manifests, "Secret", name)))
    return {} if is_optional else vault[name]


def _decoded(secret: Manifest) -> Iterator[tuple[str, str]]:
    for name, value in secret["data"].items():
        yield name, b64decode(value).decode()
