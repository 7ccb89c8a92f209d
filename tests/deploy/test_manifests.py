"""The Kubernetes manifests fit together, and fit the code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from blacklight_api.settings import ApiSettings
from blacklight_devstack import services as devstack_services
from blacklight_email_sync.settings import EmailSyncSettings, InboxPace
from blacklight_matching.settings import MatchingSettings
from blacklight_notifications.settings import MailPace, NotificationSettings
from blacklight_registration.settings import RegistrationSettings
from blacklight_shared.request_context import QUIET_PATHS
from blacklight_shared.settings import Settings
from blacklight_shared.workflows.serve import SERVE_PATH
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from tests.deploy.manifests import (
    OVERLAYS,
    ROOT,
    SERVICES,
    WORKERS,
    Manifest,
    container,
    environment,
    named,
    names,
    of_kind,
    pod,
    pod_labels,
    rendered,
    workloads,
)

pytestmark = pytest.mark.xdist_group("manifests")

PORT = 8000

SETTINGS: Mapping[str, tuple[type[BaseSettings], ...]] = {
    "api": (ApiSettings,),
    "matching": (MatchingSettings,),
    "notifications": (NotificationSettings, MailPace),
    "email-sync": (EmailSyncSettings, InboxPace),
    "registration": (RegistrationSettings,),
}

OF_LIBRARIES = {"FORWARDED_ALLOW_IPS", "INNGEST_SERVE_ORIGIN", "OTEL_EXPORTER_OTLP_ENDPOINT"}
"""Variables that uvicorn, the Inngest SDK and OpenTelemetry read."""

VAULT = {
    "blacklight-services": {
        "DATABASE_URL": "postgresql+psycopg://blacklight_app:x@db.example.com/blacklight",
        "SYSTEM_DATABASE_URL": "postgresql+psycopg://blacklight_system:x@db.example.com/blacklight",
        "BLACKLIGHT_SECRET_KEYS": '["a-key-of-thirty-two-characters-or-more"]',
    },
    "blacklight-engine": {"INNGEST_EVENT_KEY": "ab12", "INNGEST_SIGNING_KEY": "ab12"},
    "blacklight-migrations": {
        "MIGRATIONS_DATABASE_URL": "postgresql+psycopg://blacklight_owner:x@db.example.com/b"
    },
}
"""What production keeps outside of its manifests, for tests."""


@pytest.fixture(params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> list[Manifest]:
    return rendered(f"overlays/{request.param}")


class TestPods:
    def test_have_no_rights_that_they_do_not_need(self, overlay: list[Manifest]) -> None:
        for workload in workloads(overlay):
            name, spec = workload["metadata"]["name"], pod(workload)
            assert spec["automountServiceAccountToken"] is False, name
            assert spec["serviceAccountName"] in names(overlay, "ServiceAccount"), name
            assert spec["securityContext"]["runAsNonRoot"] is True, name
            assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
            context = container(workload)["securityContext"]
            assert context["allowPrivilegeEscalation"] is False, name
            assert context["readOnlyRootFilesystem"] is True, name
            assert context["capabilities"] == {"drop": ["ALL"]}, name
        [namespace] = of_kind(overlay, "Namespace")
        assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"

    def test_say_what_they_need_and_how_much_at_most(self, overlay: list[Manifest]) -> None:
        for workload in workloads(overlay):
            resources = container(workload)["resources"]
            assert resources["requests"].keys() == {"cpu", "memory", "ephemeral-storage"}
            assert resources["limits"].keys() == {"memory", "ephemeral-storage"}

    def test_of_services_are_asked_on_paths_and_the_port_that_exist(
        self, overlay: list[Manifest]
    ) -> None:
        for service in SERVICES:
            asked = container(named(overlay, "Deployment", f"blacklight-{service}"))
            assert asked["ports"] == [{"name": "http", "containerPort": PORT}]
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                assert asked[probe]["httpGet"]["path"] in QUIET_PATHS
                assert asked[probe]["httpGet"]["port"] == "http"
            assert asked["readinessProbe"]["httpGet"]["path"] == "/readyz"

    def test_are_given_the_time_that_the_image_takes_to_stop(self, overlay: list[Manifest]) -> None:
        for worker in WORKERS:
            image = (ROOT / f"deploy/images/{worker}.Containerfile").read_text()
            [graceful_seconds] = re.findall(r'"--timeout-graceful-shutdown", "(\d+)"', image)
            [port] = re.findall(r'"--port", "(\d+)"', image)
            deployment = named(overlay, "Deployment", f"blacklight-{worker}")
            pause_seconds = container(deployment)["lifecycle"]["preStop"]["sleep"]["seconds"]
            until_killed_seconds = pod(deployment)["terminationGracePeriodSeconds"]
            assert until_killed_seconds >= pause_seconds + int(graceful_seconds) + 5
            assert int(port) == PORT


class TestAServiceAlone:
    @pytest.mark.parametrize("service", SERVICES)
    def test_is_deployed_whole(self, service: str) -> None:
        name, manifests = f"blacklight-{service}", rendered(f"services/{service}")

        for kind in ("Deployment", "Service", "ServiceAccount", "PodDisruptionBudget"):
            assert names(manifests, kind) == {name}
        [autoscaler] = of_kind(manifests, "HorizontalPodAutoscaler")
        assert autoscaler["spec"]["scaleTargetRef"]["name"] == name
        assert autoscaler["spec"]["minReplicas"] >= 2
        assert container(named(manifests, "Deployment", name))["image"].startswith(
            f"blacklight/{service}:"
        )

    @pytest.mark.parametrize("service", SERVICES)
    def test_speaks_of_its_own_pods_only(self, service: str) -> None:
        name, manifests = f"blacklight-{service}", rendered(f"services/{service}")
        own = {"app.kubernetes.io/name": service}

        deployment = named(manifests, "Deployment", name)
        assert own.items() <= pod_labels(deployment).items()
        assert deployment["spec"]["selector"] == {"matchLabels": own}
        assert named(manifests, "Service", name)["spec"]["selector"] == own
        budget = named(manifests, "PodDisruptionBudget", name)
        assert budget["spec"]["selector"] == {"matchLabels": own}
        for spread in pod(deployment)["topologySpreadConstraints"]:
            assert spread["labelSelector"] == {"matchLabels": own}

    @pytest.mark.parametrize("service", SERVICES)
    def test_is_found_by_its_label_in_an_installation(
        self, overlay: list[Manifest], service: str
    ) -> None:
        own = [one for one in overlay if name_label(one) == service]

        kinds = {one["kind"] for one in own} - {"HorizontalPodAutoscaler", "ScaledObject"}
        assert {"ConfigMap", "Deployment", "Service", "ServiceAccount"} <= kinds
        assert len(of_kind(own, "HorizontalPodAutoscaler", "ScaledObject")) == 1

    @pytest.mark.parametrize("service", [*SERVICES, "migrations"])
    def test_is_the_same_as_in_production(self, service: str) -> None:
        alone, production = rendered(f"services/{service}"), rendered("overlays/production")
        assert workloads(alone)
        assert [one for one in alone if one not in production] == []


class TestSettings:
    @pytest.mark.parametrize("service", SERVICES)
    def test_are_those_that_the_service_reads(
        self, overlay: list[Manifest], service: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deployment = named(overlay, "Deployment", f"blacklight-{service}")
        variables = environment(overlay, deployment, VAULT)
        only(variables, monkeypatch)

        known = {name for settings in SETTINGS[service] for name in variables_of(settings)}
        assert variables.keys() - OF_LIBRARIES <= known
        for settings in SETTINGS[service]:
            read = settings()
            if isinstance(read, Settings):
                assert read.is_production is ("development" not in variables["BLACKLIGHT_ENV"])

    def test_of_migrations_are_enough_to_migrate_and_to_seed(
        self, overlay: list[Manifest], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        [job] = of_kind(overlay, "Job")
        variables = environment(overlay, job, VAULT)
        only(variables, monkeypatch)

        assert "blacklight_owner" in variables["MIGRATIONS_DATABASE_URL"]
        assert "blacklight_app" in Settings().database_url.get_secret_value()

    def test_a_new_release_of_the_schema_is_a_new_job(self, overlay: list[Manifest]) -> None:
        [job] = of_kind(overlay, "Job")
        tag = container(job)["image"].rpartition(":")[2]
        assert job["metadata"]["name"] == f"blacklight-migrations-{tag}"
        for service in SERVICES:
            waits_seconds = named(overlay, "Deployment", f"blacklight-{service}")["spec"][
                "progressDeadlineSeconds"
            ]
            assert waits_seconds > job["spec"]["activeDeadlineSeconds"]


def test_only_these_kinds_are_of_operators(overlay: list[Manifest]) -> None:
    # Kubernetes does not know them, and neither does what validates the manifests.
    kinds = {
        (manifest["apiVersion"], manifest["kind"])
        for manifest in overlay
        if "." in manifest["apiVersion"] and ".k8s.io/" not in manifest["apiVersion"]
    }
    assert kinds <= {
        ("external-secrets.io/v1", "ExternalSecret"),
        ("external-secrets.io/v1", "SecretStore"),
        ("keda.sh/v1alpha1", "ScaledObject"),
        ("monitoring.coreos.com/v1", "PrometheusRule"),
        ("monitoring.coreos.com/v1", "ServiceMonitor"),
    }


class TestReferences:
    def test_lead_to_what_is_there(self, overlay: list[Manifest]) -> None:
        secrets = names(overlay, "Secret", "ExternalSecret")
        settings = names(overlay, "ConfigMap")
        for workload in workloads(overlay):
            for source in container(workload).get("envFrom", []):
                if "configMapRef" in source:
                    assert source["configMapRef"]["name"] in settings
                elif not source["secretRef"].get("optional"):
                    assert source["secretRef"]["name"] in secrets
        for autoscaler in of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject"):
            target = autoscaler["spec"]["scaleTargetRef"]["name"]
            assert target in names(overlay, "Deployment")

    def test_each_service_has_one_autoscaler(self, overlay: list[Manifest]) -> None:
        targets = [
            autoscaler["spec"]["scaleTargetRef"]["name"]
            for autoscaler in of_kind(overlay, "HorizontalPodAutoscaler", "ScaledObject")
        ]
        assert sorted(targets) == sorted(f"blacklight-{service}" for service in SERVICES)

    def test_everything_is_in_one_namespace(self, overlay: list[Manifest]) -> None:
        [namespace] = names(overlay, "Namespace")
        for manifest in overlay:
            if manifest["kind"] != "Namespace":
                assert manifest["metadata"]["namespace"] == namespace

    @pytest.mark.parametrize("overlay_name", ["dev", "production"])
    def test_the_engine_calls_every_worker(self, overlay_name: str) -> None:
        manifests = rendered(f"overlays/{overlay_name}")
        command = container(named(manifests, "Deployment", "inngest"))["command"]
        prefix = "--sdk-url="
        called = {flag.removeprefix(prefix) for flag in command if flag.startswith(prefix)}

        workers = {worker.name for worker in devstack_services.WORKERS}
        assert called == {f"http://blacklight-{name}:{PORT}{SERVE_PATH}" for name in workers}
        assert workers == set(WORKERS)


class TestTheOutside:
    def test_reaches_ports_through_an_ingress_with_tls_only(self, overlay: list[Manifest]) -> None:
        for service in of_kind(overlay, "Service"):
            assert service["spec"].get("type", "ClusterIP") == "ClusterIP"
        for ingress in of_kind(overlay, "Ingress"):
            encrypted = {host for tls in ingress["spec"]["tls"] for host in tls["hosts"]}
            assert {rule["host"] for rule in ingress["spec"]["rules"]} == encrypted

    @pytest.mark.parametrize("name", ["production", "production-cloud"])
    def test_sees_the_gateway_but_not_what_it_measures(self, name: str) -> None:
        backends = dict(_paths(named(rendered(f"overlays/{name}"), "Ingress", "gateway")))
        assert backends == {"/": "blacklight-api", "/metrics": "nowhere", "/readyz": "nowhere"}

    def test_inngest_cloud_sees_one_path_of_each_worker_and_is_told_where(self) -> None:
        manifests = rendered("overlays/production-cloud")
        ingress = named(manifests, "Ingress", "workers")
        hosts = {}
        for rule in ingress["spec"]["rules"]:
            [path] = rule["http"]["paths"]
            assert (path["path"], path["pathType"]) == (SERVE_PATH, "Exact")
            hosts[path["backend"]["service"]["name"]] = rule["host"]

        assert hosts.keys() == {f"blacklight-{worker}" for worker in WORKERS}
        for deployment, host in hosts.items():
            told = environment(manifests, named(manifests, "Deployment", deployment), VAULT)
            assert told["INNGEST_SERVE_ORIGIN"] == f"https://{host}"
            assert "INNGEST_BASE_URL" not in told


def test_a_development_cluster_runs_what_compose_runs() -> None:
    compose = (ROOT / "deploy/compose.yml").read_text()
    versions = dict(re.findall(r"docker\.io/(?:library/)?([\w/-]+):([\w.-]+)", compose))

    images = [container(one)["image"] for one in workloads(rendered("overlays/dev"))]
    shared = dict(image.split(":") for image in images if not image.startswith("blacklight/"))
    assert shared
    assert shared.items() <= versions.items()


def only(variables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process have these settings and no other."""
    for name in [
        name for settings in SETTINGS.values() for one in settings for name in variables_of(one)
    ]:
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def variables_of(settings: type[BaseSettings]) -> Iterator[str]:
    """The environment variables that a class of settings reads."""
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings):
            yield from variables_of(field.annotation)
        elif isinstance(field.validation_alias, AliasChoices):
            yield str(field.validation_alias.choices[0])
        else:
            yield f"{settings.model_config['env_prefix']}{name}".upper()


def name_label(manifest: Manifest) -> str | None:
    label: str | None = manifest["metadata"].get("labels", {}).get("app.kubernetes.io/name")
    return label


def _paths(ingress: Manifest) -> Iterator[tuple[str, Any]]:
    for rule in ingress["spec"]["rules"]:
        for path in rule["http"]["paths"]:
            yield path["path"], path["backend"]["service"]["name"]
