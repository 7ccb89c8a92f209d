"""Nothing in the cluster reaches what it has no business with."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from tests.deploy.cluster_network import ClusterNetwork, End, Pod
from tests.deploy.manifests import OVERLAYS, WORKERS, rendered

pytestmark = pytest.mark.xdist_group("manifests")

HTTP, ENGINE, REDIS, POSTGRES = 8000, 8288, 6379, 5432

INGRESS = Pod("ingress", {"app.kubernetes.io/name": "traefik"})
PROMETHEUS = Pod("monitoring", {"app.kubernetes.io/name": "prometheus"})
GRAFANA = Pod("monitoring", {"app.kubernetes.io/name": "grafana"})
STRANGER = Pod("other", {"app.kubernetes.io/component": "gateway"})
DNS = Pod("kube-system", {"k8s-app": "kube-dns"})
COLLECTOR = Pod("observability", {})

PUBLIC = ip_address("93.184.216.34")
PUBLIC_V6 = ip_address("2606:2800:220:1::1")
MANAGED_DATABASE = ip_address("10.20.0.5")
NOT_PUBLIC = [
    ip_address(text)
    for text in (
        *("10.20.0.9", "172.17.0.1", "192.168.1.1", "100.64.0.1", "127.0.0.1"),
        *("169.254.169.254", "fd00::1", "fe80::1", "::1"),
    )
]

SELF_HOSTED = [name for name in OVERLAYS if name != "production-cloud"]
PRODUCTION = [name for name in OVERLAYS if name != "dev"]


@pytest.fixture(params=OVERLAYS)
def network(request: pytest.FixtureRequest) -> ClusterNetwork:
    return of_overlay(request.param)


def of_overlay(name: str) -> ClusterNetwork:
    return ClusterNetwork(rendered(f"overlays/{name}"))


def test_everybody_may_resolve_names(network: ClusterNetwork) -> None:
    for name in ("api", *WORKERS, "migrations"):
        assert network.allows(network.pod(name), DNS, 53, "UDP")


@pytest.mark.parametrize("overlay", SELF_HOSTED)
class TestTheEngineInTheCluster:
    def test_is_called_by_the_gateway_and_calls_the_workers(self, overlay: str) -> None:
        network = of_overlay(overlay)
        engine = network.pod("inngest")

        assert network.allows(network.pod("api"), engine, ENGINE)
        assert not network.allows(engine, network.pod("api"), HTTP)
        for name in WORKERS:
            assert network.allows(network.pod(name), engine, ENGINE)
            assert network.allows(engine, network.pod(name), HTTP)

    def test_is_hidden_from_everybody_else(self, overlay: str) -> None:
        network = of_overlay(overlay)

        others: list[End] = [INGRESS, GRAFANA, STRANGER, PUBLIC, network.pod("migrations")]
        for other in others:
            assert not network.allows(other, network.pod("inngest"), ENGINE)

    def test_alone_reaches_its_queue(self, overlay: str) -> None:
        network = of_overlay(overlay)
        queue = network.pod("inngest-redis")

        assert network.allows(network.pod("inngest"), queue, REDIS)
        for name in ("api", *WORKERS, "migrations"):
            assert not network.allows(network.pod(name), queue, REDIS)
        assert not network.allows(queue, PUBLIC, 443)


class TestTheGateway:
    @pytest.mark.parametrize("overlay", PRODUCTION)
    def test_alone_is_reached_from_the_ingress(self, overlay: str) -> None:
        network = of_overlay(overlay)

        assert network.allows(INGRESS, network.pod("api"), HTTP)
        is_open = overlay == "production-cloud"
        for name in WORKERS:
            assert network.allows(INGRESS, network.pod(name), HTTP) is is_open

    def test_and_workers_do_not_call_each_other(self, network: ClusterNetwork) -> None:
        for source in ("api", *WORKERS):
            for target in ("api", *WORKERS):
                assert not network.allows(network.pod(source), network.pod(target), HTTP)

    def test_is_not_reached_by_strangers(self, network: ClusterNetwork) -> None:
        for name in ("api", *WORKERS):
            assert not network.allows(STRANGER, network.pod(name), HTTP)


@pytest.mark.parametrize("overlay", PRODUCTION)
def test_prometheus_alone_measures(overlay: str) -> None:
    network = of_overlay(overlay)
    for name in ("api", *WORKERS):
        assert network.allows(PROMETHEUS, network.pod(name), HTTP)
        assert not network.allows(GRAFANA, network.pod(name), HTTP)
        assert network.allows(network.pod(name), COLLECTOR, 4318)


class TestTheDatabase:
    def test_is_reached_by_all_that_need_it(self, network: ClusterNetwork) -> None:
        for name in ("api", *WORKERS, "migrations"):
            assert network.allows(network.pod(name), MANAGED_DATABASE, POSTGRES)
            assert not network.allows(network.pod(name), PUBLIC, POSTGRES)

    def test_in_a_development_cluster_by_nobody_else(self) -> None:
        network = of_overlay("dev")
        database = network.pod("postgres")

        for name in ("api", *WORKERS, "migrations", "inngest"):
            assert network.allows(network.pod(name), database, POSTGRES)
        for name in ("mailpit", "inngest-redis"):
            assert not network.allows(network.pod(name), database, POSTGRES)
        assert not network.allows(STRANGER, database, POSTGRES)


class TestOutside:
    @pytest.mark.parametrize("name", ["api", "matching", "email-sync", "registration"])
    def test_the_web_is_public_addresses_only(self, network: ClusterNetwork, name: str) -> None:
        source = network.pod(name)

        assert network.allows(source, PUBLIC, 443)
        assert network.allows(source, PUBLIC_V6, 443)
        for address in NOT_PUBLIC:
            assert not network.allows(source, address, 80), address
            assert not network.allows(source, address, 443), address

    @pytest.mark.parametrize("port", [25, 465, 587, 2525])
    def test_only_notifications_sends_mail(self, network: ClusterNetwork, port: int) -> None:
        assert network.allows(network.pod("notifications"), PUBLIC, port)
        for name in ("api", "matching", "email-sync", "registration", "migrations"):
            assert not network.allows(network.pod(name), PUBLIC, port)

    @pytest.mark.parametrize("overlay", SELF_HOSTED)
    def test_who_has_no_provider_there_has_no_way_out(self, overlay: str) -> None:
        network = of_overlay(overlay)
        for name in ("notifications", "migrations", "inngest"):
            assert not network.allows(network.pod(name), PUBLIC, 443)

    def test_all_services_reach_inngest_cloud(self) -> None:
        network = of_overlay("production-cloud")
        for name in ("api", *WORKERS):
            assert network.allows(network.pod(name), PUBLIC, 443)
